using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Valkeyrie.Tests.Rigs;

/// <summary>A server whose script determines every sent byte.</summary>
internal sealed class ScriptedZooKeeper : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<ScriptedMember, Task> _script;
    private readonly ConcurrentBag<ScriptedMember> _connections = [];
    private readonly ConcurrentBag<Task> _tasks = [];

    /// <summary>Starts to listen.</summary>
    /// <param name="script">Runs on each connection, which is closed at its end.</param>
    public ScriptedZooKeeper(Func<ScriptedMember, Task> script)
    {
        _script = script;
        _listener.Start();
        _tasks.Add(AcceptAsync());
    }

    public string Endpoint => $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>The number of connections so far.</summary>
    public int Connections => _connections.Count;

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }

        await Task.WhenAll(_tasks).WaitAsync(Patience.Limit);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var connection = new ScriptedMember(await _listener.AcceptSocketAsync(), _connections.Count);
                _connections.Add(connection);
                _tasks.Add(ServeAsync(connection));
            }
        }
        catch (Exception e) when (e is SocketException or InvalidOperationException)
        {
        }
    }

    private async Task ServeAsync(ScriptedMember connection)
    {
        try
        {
            await _script(connection);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // The client has disconnected, or the test has ended.
        }
        finally
        {
            connection.Dispose();
        }
    }
}
