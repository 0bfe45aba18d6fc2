using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Valkeyrie.Engine.Http;
using Valkeyrie.Etcd;
using Valkeyrie.Etcd.Http2;

namespace Valkeyrie.Tests.Rigs;

/// <summary>A server with just enough HTTP/2 for a script to determine the sent bytes and their pieces.</summary>
internal sealed class ScriptedHttp2Peer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<ScriptedRequest, Task> _answer;
    private readonly ScriptedGreeting _greeting;
    private readonly ConcurrentBag<ScriptedConnection> _connections = [];
    private readonly ConcurrentBag<Task> _tasks = [];
    private int _requests;

    /// <summary>Starts to listen.</summary>
    /// <param name="answer">Called once for each request, when its first message has arrived.</param>
    /// <param name="greeting">The first bytes on each connection; null for plain settings.</param>
    public ScriptedHttp2Peer(Func<ScriptedRequest, Task> answer, ScriptedGreeting? greeting = null)
    {
        _answer = answer;
        _greeting = greeting ?? ScriptedGreeting.Plain;
        _listener.Start();
        _tasks.Add(AcceptAsync());
    }

    /// <summary>Raised for each new connection.</summary>
    public event Action<ScriptedConnection>? Connected;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Address => $"etcd://127.0.0.1:{Port}";

    /// <summary>The number of requests so far.</summary>
    public int Requests => Volatile.Read(ref _requests);

    /// <summary>The number of connections so far.</summary>
    public int Connections => _connections.Count;

    /// <summary>Opens a store of etcd on this peer.</summary>
    public IKvStore Open(KvStoreOptions? options = null)
    {
        EtcdStore.Register();
        return KvStore.Open(Address, options);
    }

    /// <summary>Opens a bare connection to the peer.</summary>
    public Http2Connector NewConnector()
    {
        var url = new Uri($"http://127.0.0.1:{Port}");
        return new Http2Connector(url, stop => Dial.OpenAsync(url, url.Scheme == Uri.UriSchemeHttps ? new KvTlsOptions() : null, SslApplicationProtocol.Http2, null, stop), Patience.Limit, Patience.Limit);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        foreach (var connection in _connections)
        {
            connection.Close();
        }

        await Task.WhenAll(_tasks).WaitAsync(Patience.Limit);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = new ScriptedConnection(await _listener.AcceptSocketAsync(), _connections.Count, _greeting, AnswerAsync);
                _connections.Add(connection);
                Connected?.Invoke(connection);
                _tasks.Add(connection.ServeAsync());
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
        }
    }

    private Task AnswerAsync(ScriptedRequest request)
    {
        Interlocked.Increment(ref _requests);
        return _answer(request);
    }
}
