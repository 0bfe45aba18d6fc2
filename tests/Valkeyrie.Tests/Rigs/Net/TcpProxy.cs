using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Valkeyrie.Tests.Rigs;

/// <summary>Passes connections on to another loopback port, and can cut them, hold their bytes back or refuse new ones.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private const int ListenAttempts = 5;

    private readonly int _targetPort;
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new();
    private readonly ConcurrentBag<Task> _tasks = [];
    private readonly CancellationTokenSource _disposed = new();
    private volatile TaskCompletionSource _requests = Open();
    private volatile TaskCompletionSource _answers = Open();
    private TcpListener? _listener;
    private int _accepted;

    public TcpProxy(int targetPort)
    {
        _targetPort = targetPort;
        for (var attempt = 1; ; attempt++)
        {
            Port = LoopbackPorts.Take();
            try
            {
                Accept();
                return;
            }
            catch (SocketException) when (attempt < ListenAttempts)
            {
                // Somebody else took the port meanwhile.
            }
        }
    }

    public int Port { get; }

    public string Endpoint => $"127.0.0.1:{Port}";

    public string Address => $"etcd://{Endpoint}";

    /// <summary>How many connections have come in.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Breaks all connections, as a reset; new ones pass.</summary>
    public void Cut()
    {
        foreach (var socket in _sockets.Keys)
        {
            Break(socket);
        }
    }

    /// <summary>Breaks all connections and refuses new ones, until <see cref="Accept"/>.</summary>
    public void Refuse()
    {
        _listener?.Dispose();
        _listener = null;
        Cut();
    }

    /// <summary>Takes connections again after <see cref="Refuse"/>.</summary>
    public void Accept()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _tasks.Add(AcceptAsync(_listener));
    }

    /// <summary>Holds every byte back, both ways, until <see cref="Flow"/>; connections stay open, and new ones are taken.</summary>
    public void Stall()
    {
        if (_requests.Task.IsCompleted)
        {
            _requests = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        StallAnswers();
    }

    /// <summary>Holds back what the server sends, until <see cref="Flow"/>; what it is sent passes.</summary>
    public void StallAnswers()
    {
        if (_answers.Task.IsCompleted)
        {
            _answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Lets go what was held back.</summary>
    public void Flow()
    {
        _requests.TrySetResult();
        _answers.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        Refuse();
        Flow();
        await Task.WhenAll(_tasks);
        _disposed.Dispose();
    }

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private static bool IsBroken(Exception e) => e is SocketException or InvalidOperationException or OperationCanceledException;

    private async Task AcceptAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptSocketAsync(_disposed.Token);
                Interlocked.Increment(ref _accepted);
                _tasks.Add(ForwardAsync(client));
            }
        }
        catch (Exception e) when (IsBroken(e))
        {
        }
    }

    private async Task ForwardAsync(Socket client)
    {
        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        using var held = client;
        _sockets[client] = true;
        _sockets[server] = true;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _targetPort, _disposed.Token);
            client.NoDelay = true;
            server.NoDelay = true;
            await Task.WhenAny(PumpAsync(client, server, () => _requests.Task), PumpAsync(server, client, () => _answers.Task));
        }
        catch (Exception e) when (IsBroken(e))
        {
        }
        finally
        {
            _sockets.TryRemove(client, out _);
            _sockets.TryRemove(server, out _);
            Break(client);
            Break(server);
        }
    }

    private async Task PumpAsync(Socket from, Socket to, Func<Task> flow)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _disposed.Token) is > 0 and var count)
            {
                await flow().WaitAsync(_disposed.Token);
                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _disposed.Token);
                }
            }
        }
        catch (Exception e) when (IsBroken(e))
        {
        }
    }

    private static void Break(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }
        catch (Exception e) when (IsBroken(e))
        {
        }
    }
}
