/// What is counted of an app, how it is rolled up, and the shapes in which clients are told. No threads, no clocks, no I/O.
package io.hark.stats;
