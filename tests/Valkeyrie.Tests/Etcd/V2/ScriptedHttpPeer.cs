using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Valkeyrie.Tests.Etcd.V2;

/// <summary>Answers every request on its connections with the same bytes.</summary>
internal sealed class ScriptedHttpPeer : IAsyncDisposable
{
    private static readonly TimeSpan DripPause = TimeSpan.FromMilliseconds(50);

    private readonly TcpListener _listener = new(IPAddress.Loopback, LoopbackPorts.Take());
    private readonly CancellationTokenSource _ended = new();
    private readonly byte[] _answer;
    private readonly bool _close;
    private readonly Task _accepting;
    private readonly ConcurrentQueue<StringBuilder> _received = new();
    private int _requests;

    /// <param name="answer">The bytes; none to keep silent.</param>
    /// <param name="close">True to close the connection after them.</param>
    public ScriptedHttpPeer(string answer, bool close = true)
    {
        _answer = Encoding.UTF8.GetBytes(answer);
        _close = close;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>The number of received requests, without their bodies.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The received bytes, by connection.</summary>
    public IReadOnlyList<string> Received => [.. _received.Select(r => { lock (r) { return r.ToString(); } })];

    /// <summary>Sent repeatedly after the answer, until the client stops; null (the default) for nothing.</summary>
    public string? Drip { get; init; }

    /// <summary>Sent repeatedly after the answer, as fast as the client reads it; null (the default) for nothing.</summary>
    public string? Flood { get; init; }

    /// <summary>The number of answered requests, after which the peer is silent; null (the default) for all.</summary>
    public int? Answers { get; init; }

    public string Endpoint => _listener.LocalEndpoint.ToString()!;

    /// <summary>Creates a complete answer of the keys API.</summary>
    public static string Reply(string json, string status = "200 OK", string headers = "X-Etcd-Index: 7\r\n") =>
        $"HTTP/1.1 {status}\r\n{headers}Content-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}";

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _ended.Dispose();
    }

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptSocketAsync(_ended.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or InvalidOperationException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var _ = socket;
        var buffer = new byte[64 * 1024];
        var received = new StringBuilder();
        _received.Enqueue(received);
        try
        {
            while (await socket.ReceiveAsync(buffer, _ended.Token) is > 0 and var length)
            {
                var text = Encoding.UTF8.GetString(buffer, 0, length);
                lock (received)
                {
                    received.Append(text);
                }

                if (text.Contains(" HTTP/1.1\r\n", StringComparison.Ordinal))
                {
                    var number = Interlocked.Increment(ref _requests);
                    if (_answer.Length > 0 && !(number > Answers))
                    {
                        await socket.SendAsync(_answer, _ended.Token);
                    }

                    while (Flood is { } flood)
                    {
                        await socket.SendAsync(Encoding.UTF8.GetBytes(flood), _ended.Token);
                    }

                    while (Drip is { } drip)
                    {
                        await Task.Delay(DripPause, _ended.Token);
                        await socket.SendAsync(Encoding.UTF8.GetBytes(drip), _ended.Token);
                    }

                    if (_close)
                    {
                        socket.Shutdown(SocketShutdown.Send);
                    }
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
        }
    }
}
