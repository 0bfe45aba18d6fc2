using System.Diagnostics;
using System.Net.Sockets;
using System.Text;

namespace Valkeyrie.Tests.Rigs;

/// <summary>One process of ZooKeeper.</summary>
/// <param name="configuration">Its configuration file.</param>
/// <param name="port">Its port for clients, without TLS.</param>
internal sealed class ZooKeeperProcess(string configuration, int port) : ServerProcess
{
    public int Port => port;

    /// <summary>Returns when it serves: alone, or as a leader or follower.</summary>
    public async Task WaitUntilReadyAsync()
    {
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (!(await StateAsync()).Contains("Mode:", StringComparison.Ordinal))
        {
            if (HasExited || limit.IsCancellationRequested)
            {
                throw new InvalidOperationException($"ZooKeeper does not serve on port {port}:\n{LastLines}");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>True if it leads its ensemble.</summary>
    public async Task<bool> IsLeaderAsync() => (await StateAsync()).Contains("Mode: leader", StringComparison.Ordinal);

    protected override ProcessStartInfo Command()
    {
        var command = ZooKeeperBinary.CommandOf(configuration);
        return new ProcessStartInfo(command[0], command.Skip(1))
        {
            // A setting that no configuration file accepts: the interval of the search for expired nodes and empty containers.
            Environment = { ["JAVA_TOOL_OPTIONS"] = "-Dznode.container.checkIntervalMs=200 -XX:TieredStopAtLevel=1 -Xshare:auto" },
        };
    }

    private async Task<string> StateAsync()
    {
        try
        {
            using var client = new TcpClient();
            using var time = new CancellationTokenSource(TimeSpan.FromSeconds(2));
            await client.ConnectAsync("127.0.0.1", port, time.Token);
            await client.GetStream().WriteAsync("srvr"u8.ToArray(), time.Token);
            var answer = new MemoryStream();
            await client.GetStream().CopyToAsync(answer, time.Token);
            return Encoding.ASCII.GetString(answer.ToArray());
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return "";
        }
    }
}
