package io.hark.jepsen;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;

/// A process that answers every byte with itself, or one that asks another and says how long the answer took.
final class Echo {
    private static final int MILLIS_MAX = 1_500;

    private Echo() {}

    /// @param arguments `listen ADDRESS PORT` or `ask ADDRESS PORT`
    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[2]);
        if (arguments[0].equals("listen")) {
            listen(arguments[1], port);
        } else {
            System.out.println(ask(arguments[1], port));
        }
    }

    private static void listen(String address, int port) throws IOException {
        try (ServerSocket listener = new ServerSocket(port, 50, InetAddress.getByName(address))) {
            System.out.println("listening");
            while (true) {
                Socket socket = listener.accept();
                Thread.ofVirtual().name("hark-echo").start(() -> answer(socket));
            }
        }
    }

    private static void answer(Socket socket) {
        try (socket) {
            for (int b = socket.getInputStream().read();
                    b >= 0;
                    b = socket.getInputStream().read()) {
                socket.getOutputStream().write(b);
            }
        } catch (IOException e) {
            System.out.println("the other side went: " + e.getMessage());
        }
    }

    private static String ask(String address, int port) throws IOException {
        try (Socket socket = new Socket()) {
            socket.setTcpNoDelay(true);
            long begun = System.nanoTime();
            socket.connect(new InetSocketAddress(address, port), MILLIS_MAX);
            socket.setSoTimeout(MILLIS_MAX);
            socket.getOutputStream().write('x');
            return socket.getInputStream().read() == 'x'
                    ? "millis=" + (System.nanoTime() - begun) / 1_000_000
                    : "closed";
        } catch (SocketTimeoutException e) {
            return "silence";
        }
    }
}
