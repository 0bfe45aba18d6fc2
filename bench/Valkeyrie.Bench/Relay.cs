using System.Net;
using System.Net.Sockets;

namespace Valkeyrie.Bench;

/// <summary>Forwards a server's data to clients only at intervals, so every client wakes up equally often. This separates the cost
/// of the same messages from the number of times that a scheduler wakes a client.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private const int BufferLength = 4 << 20;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _ending = new();
    private readonly string _server;
    private readonly TimeSpan _interval;
    private readonly Task _accepting;

    /// <summary>Starts to listen on a free port.</summary>
    /// <param name="server">The server, as HOST:PORT.</param>
    /// <param name="interval">The time between two deliveries.</param>
    public Relay(string server, TimeSpan interval)
    {
        _server = server;
        _interval = interval;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public string Endpoint => _listener.LocalEndpoint.ToString()!;

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Stop();
        await _accepting;
        _ending.Dispose();
    }

    private async Task AcceptAsync()
    {
        List<Task> connections = [];
        try
        {
            while (true)
            {
                connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_ending.Token)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using var accepted = client;
        try
        {
            await server.ConnectAsync(IPEndPoint.Parse(_server), _ending.Token);
            (client.NoDelay, server.NoDelay) = (true, true);
            await await Task.WhenAny(client.GetStream().CopyToAsync(server.GetStream(), _ending.Token), DeliverAsync(server.GetStream(), client.GetStream()));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or ObjectDisposedException)
        {
            // One of the sides has closed.
        }
    }

    private async Task DeliverAsync(NetworkStream from, NetworkStream to)
    {
        var buffer = new byte[BufferLength];
        while (await from.ReadAtLeastAsync(buffer, 1, throwOnEndOfStream: false, _ending.Token) is > 0 and var length)
        {
            await Task.Delay(_interval, _ending.Token);
            while (length < buffer.Length && from.DataAvailable)
            {
                length += await from.ReadAsync(buffer.AsMemory(length), _ending.Token);
            }

            await to.WriteAsync(buffer.AsMemory(0, length), _ending.Token);
        }
    }
}
