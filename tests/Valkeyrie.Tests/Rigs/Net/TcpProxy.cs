using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Valkeyrie.Tests.Rigs;

/// <summary>Passes connections on to another loopback port, and can cut them, slow them down, hold their bytes back, swallow them or refuse
/// new ones.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private const int ListenAttempts = 5;

    private readonly int _targetPort;
    // Which sockets are open, and whether what they carry is still passed on.
    private readonly ConcurrentDictionary<Socket, bool> _sockets = new();
    private readonly ConcurrentBag<Task> _tasks = [];
    private readonly CancellationTokenSource _disposed = new();
    private volatile TaskCompletionSource _requests = Open();
    private volatile TaskCompletionSource _answers = Open();
    private TcpListener? _listener;
    private volatile bool _swallows;
    private long _delayMilliseconds;
    private long _forgetAfterMilliseconds = long.MaxValue;
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

    /// <summary>Forgets the connections that are open, as a router does that dropped them for being idle: they stay open, and whatever comes is
    /// swallowed. New ones pass.</summary>
    public void Forget()
    {
        foreach (var socket in _sockets.Keys)
        {
            _sockets.TryUpdate(socket, false, true);
        }
    }

    /// <summary>From now on forgets each connection that has carried nothing for so long, as <see cref="Forget"/> does all of them at once.</summary>
    public void ForgetAfter(TimeSpan idle) => Volatile.Write(ref _forgetAfterMilliseconds, (long)idle.TotalMilliseconds);

    /// <summary>As <see cref="Forget"/>, and new connections are taken and swallow everything, too, until <see cref="Pass"/>.</summary>
    public void Swallow()
    {
        _swallows = true;
        Forget();
    }

    /// <summary>Lets new connections pass again. What was swallowed is gone, and those that it was swallowed from stay silent.</summary>
    public void Pass() => _swallows = false;

    /// <summary>Has every piece of data wait for so long, each way; zero for not at all.</summary>
    public void Slow(TimeSpan delay) => Volatile.Write(ref _delayMilliseconds, (long)delay.TotalMilliseconds);

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
        _sockets[client] = !_swallows;
        _sockets[server] = !_swallows;
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, _targetPort, _disposed.Token);
            client.NoDelay = true;
            server.NoDelay = true;
            var heard = new LastHeard();
            var requests = PumpAsync(client, server, heard, () => _requests.Task);
            await Task.WhenAny(requests, PumpAsync(server, client, heard, () => _answers.Task));
            if (!_sockets.GetValueOrDefault(client))
            {
                // Nobody tells the client that the server has gone.
                await requests;
            }
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

    private async Task PumpAsync(Socket from, Socket to, LastHeard heard, Func<Task> flow)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _disposed.Token) is > 0 and var count)
            {
                if (Volatile.Read(ref _delayMilliseconds) is > 0 and var delay)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(delay), _disposed.Token);
                }

                // Whoever dropped it does so without a word: it shows in what comes next.
                if (heard.Silence() >= Volatile.Read(ref _forgetAfterMilliseconds))
                {
                    _sockets.TryUpdate(from, false, true);
                    _sockets.TryUpdate(to, false, true);
                }

                await flow().WaitAsync(_disposed.Token);
                if (!_sockets.GetValueOrDefault(from))
                {
                    continue;
                }

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

    /// <summary>When a connection carried something last, either way.</summary>
    private sealed class LastHeard
    {
        private long _at = Environment.TickCount64;

        /// <summary>The milliseconds since, which begin anew.</summary>
        public long Silence()
        {
            var now = Environment.TickCount64;
            return now - Interlocked.Exchange(ref _at, now);
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
