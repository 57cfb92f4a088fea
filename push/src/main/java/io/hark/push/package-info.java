/// Push notifications (RSH): devices and what they subscribe to, kept as rows of internal channels;
/// notifications that wait there until they are delivered; and the ways to devices: channels, web push,
/// FCM and APNs.
package io.hark.push;
