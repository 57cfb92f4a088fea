package io.hark.sdk;

import io.hark.protocol.ClientMessage;
import io.hark.protocol.Format;
import io.hark.protocol.MalformedFrame;
import io.hark.protocol.ProtocolCodec;
import io.hark.protocol.ServerMessage;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/// Handle: a WebSocket of the JDK's HTTP client. Any thread.
///
/// It reads no more than a few frames ahead of what has been dealt with, so TCP holds back a server
/// that is faster than the client. What is to be sent waits here, as the WebSocket takes one frame at a
/// time; what can wait is bounded by the publishes that may be unacknowledged.
final class WebSocketTransport implements Transport, WebSocket.Listener {
    private static final int FRAMES_AHEAD = 64;

    private final ProtocolCodec codec;
    private final int frameBytesMax;
    private final Listener listener;
    private final AtomicBoolean over = new AtomicBoolean();

    /// The beginning of a frame that comes in parts; touched by one call of the WebSocket after another.
    private final ByteArrayOutputStream parts = new ByteArrayOutputStream(0);

    private final StringBuilder textParts = new StringBuilder(0);

    /// Guards what follows; never held while anything is called.
    private final Object lock = new Object();

    private final Queue<byte[]> outgoing = new ArrayDeque<>();
    private boolean sending = true;
    private volatile WebSocket socket;

    private WebSocketTransport(Format format, int frameBytesMax, Listener listener) {
        this.codec = ProtocolCodec.of(format);
        this.frameBytesMax = frameBytesMax;
        this.listener = listener;
    }

    static WebSocketTransport open(HttpClient http, URI uri, Format format, int frameBytesMax, Listener listener) {
        WebSocketTransport transport = new WebSocketTransport(format, frameBytesMax, listener);
        http.newWebSocketBuilder().buildAsync(uri, transport).whenComplete((socket, failure) -> {
            if (failure != null) {
                transport.end(reason(failure));
            } else if (transport.over.get()) {
                socket.abort();
            }
        });
        return transport;
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof WebSocketHandshakeException refused
                ? "the server answered HTTP " + refused.getResponse().statusCode()
                : cause.toString();
    }

    @Override
    public void onOpen(WebSocket opened) {
        socket = opened;
        opened.request(FRAMES_AHEAD);
        sendNext(opened);
    }

    @Override
    public void send(ClientMessage frame) {
        byte[] bytes = codec.encode(frame);
        synchronized (lock) {
            outgoing.add(bytes);
            if (sending) {
                return;
            }
            sending = true;
        }
        sendNext(socket);
    }

    /// Sends until there is nothing left or a frame is not taken at once; whoever runs this has set
    /// `sending`.
    private void sendNext(WebSocket to) {
        while (!over.get()) {
            byte[] frame;
            synchronized (lock) {
                frame = outgoing.poll();
                if (frame == null) {
                    sending = false;
                    return;
                }
            }
            CompletableFuture<WebSocket> sent = switch (codec.format()) {
                case MSGPACK -> to.sendBinary(ByteBuffer.wrap(frame), true);
                case JSON -> to.sendText(new String(frame, StandardCharsets.UTF_8), true);
            };
            if (!sent.isDone() || sent.isCompletedExceptionally()) {
                sent.whenComplete((done, failure) -> {
                    if (failure == null) {
                        sendNext(to);
                    } else {
                        end(reason(failure));
                    }
                });
                return;
            }
        }
    }

    @Override
    public void dealtWith() {
        WebSocket open = socket;
        if (open != null) {
            open.request(1);
        }
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
        int size = parts.size() + data.remaining();
        if (size > frameBytesMax) {
            tooLarge();
        } else if (last && parts.size() == 0 && data.hasArray()) {
            decode(data.array(), data.arrayOffset() + data.position(), data.remaining());
        } else {
            byte[] part = new byte[data.remaining()];
            data.get(part);
            parts.writeBytes(part);
            if (last) {
                byte[] frame = parts.toByteArray();
                parts.reset();
                decode(frame, 0, frame.length);
            } else {
                from.request(1);
            }
        }
        return null;
    }

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
        if (textParts.length() + data.length() > frameBytesMax) {
            tooLarge();
            return null;
        }
        textParts.append(data);
        if (last) {
            byte[] frame = textParts.toString().getBytes(StandardCharsets.UTF_8);
            textParts.setLength(0);
            decode(frame, 0, frame.length);
        } else {
            from.request(1);
        }
        return null;
    }

    private void decode(byte[] frame, int offset, int length) {
        ServerMessage message;
        try {
            message = codec.decodeServer(frame, offset, length);
        } catch (MalformedFrame malformed) {
            end("the server sent what is no frame: " + malformed.getMessage());
            return;
        }
        if (!over.get()) {
            listener.frame(message);
        }
    }

    private void tooLarge() {
        end("a frame has more than %d bytes; raise limits.frameBytesMax".formatted(frameBytesMax));
    }

    @Override
    public CompletionStage<?> onPing(WebSocket from, ByteBuffer data) {
        from.request(1);
        listener.heard();
        return null;
    }

    @Override
    public CompletionStage<?> onPong(WebSocket from, ByteBuffer data) {
        from.request(1);
        return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket from, int code, String reason) {
        end("the server closed the socket with %d %s".formatted(code, reason));
        return null;
    }

    @Override
    public void onError(WebSocket from, Throwable failure) {
        end(reason(failure));
    }

    private void end(String why) {
        if (over.compareAndSet(false, true)) {
            abort();
            listener.ended(why);
        }
    }

    @Override
    public void close() {
        if (over.compareAndSet(false, true)) {
            abort();
        }
    }

    private void abort() {
        WebSocket open = socket;
        if (open != null) {
            open.abort();
        }
    }
}
