namespace Valkeyrie.Tests.Rigs;

/// <summary>A real ensemble of three members on loopback ports.</summary>
internal sealed class ZooKeeperEnsemble : IAsyncDisposable
{
    private const int Size = 3;
    private const int StartAttempts = 3;

    private readonly TemporaryFolder _folder = new();

    private ZooKeeperEnsemble()
    {
        string[] servers = [.. Enumerable.Range(1, Size).Select(i => $"server.{i}=127.0.0.1:{LoopbackPorts.Take()}:{LoopbackPorts.Take()}")];
        Members = [.. Enumerable.Range(1, Size).Select(i =>
        {
            var port = LoopbackPorts.Take();
            var data = _folder.File($"data{i}");
            Directory.CreateDirectory(data);
            File.WriteAllText(Path.Combine(data, "myid"), $"{i}");
            return new ZooKeeperProcess(_folder.Write($"zoo{i}.cfg", string.Join('\n', [
                "tickTime=500",
                "initLimit=20",
                "syncLimit=10",
                $"dataDir={data}",
                $"clientPort={port}",
                "clientPortAddress=127.0.0.1",
                "admin.enableServer=false",
                "forceSync=no",
                "maxClientCnxns=0",
                .. servers])), port);
        })];
    }

    public IReadOnlyList<ZooKeeperProcess> Members { get; }

    public static async Task<ZooKeeperEnsemble> StartAsync()
    {
        for (var attempt = 1; ; attempt++)
        {
            var ensemble = new ZooKeeperEnsemble();
            try
            {
                foreach (var member in ensemble.Members)
                {
                    member.Start();
                }

                await Task.WhenAll(ensemble.Members.Select(m => m.WaitUntilReadyAsync()));
                return ensemble;
            }
            catch (InvalidOperationException) when (attempt < StartAttempts)
            {
                await ensemble.DisposeAsync();
            }
        }
    }

    /// <summary>The leading member.</summary>
    public async Task<ZooKeeperProcess> LeaderAsync()
    {
        ZooKeeperProcess? leader = null;
        await Patience.UntilAsync(
            async () =>
            {
                foreach (var member in Members)
                {
                    if (!member.HasExited && await member.IsLeaderAsync())
                    {
                        leader = member;
                        return true;
                    }
                }

                return false;
            },
            "a leader");
        return leader!;
    }

    public ValueTask DisposeAsync()
    {
        foreach (var member in Members)
        {
            member.Dispose();
        }

        _folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
