using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Valkeyrie.Tests.Rigs;

/// <summary>Forwards connections to another loopback port, and can cut them, slow them down, delay or drop their bytes, or refuse
/// new ones.</summary>
internal sealed class TcpProxy : IAsyncDisposable
{
    private const int ListenAttempts = 5;

    private readonly int _targetPort;
    // The open sockets, and whether their data is still forwarded.
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
                // Another process took the port meanwhile.
            }
        }
    }

    public int Port { get; }

    public string Endpoint => $"127.0.0.1:{Port}";

    public string Address => $"etcd://{Endpoint}";

    /// <summary>The number of connections so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Resets all connections; new ones pass.</summary>
    public void Cut()
    {
        foreach (var socket in _sockets.Keys)
        {
            Break(socket);
        }
    }

    /// <summary>Resets all connections and refuses new ones, until <see cref="Accept"/>.</summary>
    public void Refuse()
    {
        _listener?.Dispose();
        _listener = null;
        Cut();
    }

    /// <summary>Accepts connections again after <see cref="Refuse"/>.</summary>
    public void Accept()
    {
        _listener = new TcpListener(IPAddress.Loopback, Port);
        _listener.Start();
        _tasks.Add(AcceptAsync(_listener));
    }

    /// <summary>Delays all bytes in both directions until <see cref="Flow"/>; connections remain open, and new ones are accepted.</summary>
    public void Stall()
    {
        if (_requests.Task.IsCompleted)
        {
            _requests = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        StallAnswers();
    }

    /// <summary>Delays the bytes of the server until <see cref="Flow"/>; those of clients pass.</summary>
    public void StallAnswers()
    {
        if (_answers.Task.IsCompleted)
        {
            _answers = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <summary>Sends the delayed bytes.</summary>
    public void Flow()
    {
        _requests.TrySetResult();
        _answers.TrySetResult();
    }

    /// <summary>Forgets the open connections, like a router that drops idle ones: they remain open, and all their bytes are
    /// dropped. New ones pass.</summary>
    public void Forget()
    {
        foreach (var socket in _sockets.Keys)
        {
            _sockets.TryUpdate(socket, false, true);
        }
    }

    /// <summary>From now on forgets each connection after an idle time, as <see cref="Forget"/> does for all of them at once.</summary>
    public void ForgetAfter(TimeSpan idle) => Volatile.Write(ref _forgetAfterMilliseconds, (long)idle.TotalMilliseconds);

    /// <summary>Like <see cref="Forget"/>, and new connections are accepted and also drop all bytes, until <see cref="Pass"/>.</summary>
    public void Swallow()
    {
        _swallows = true;
        Forget();
    }

    /// <summary>Lets new connections pass again. Dropped bytes are lost, and their connections remain silent.</summary>
    public void Pass() => _swallows = false;

    /// <summary>Delays every piece of data in both directions by a time; zero for no delay.</summary>
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
                // The client is not notified of the end of the server.
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

                // The drop is silent: it shows only with the next bytes.
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

    /// <summary>The time of the last data of a connection, in either direction.</summary>
    private sealed class LastHeard
    {
        private long _at = Environment.TickCount64;

        /// <summary>The milliseconds since then, restarted by each call.</summary>
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
