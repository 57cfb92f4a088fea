/// The REST API as functions: a request record in, a response record out. Knows nothing of sockets; whoever
/// does hands
/// it requests and sends its responses. The rules that REST and realtime publishes share live here, too.
package io.hark.rest;
