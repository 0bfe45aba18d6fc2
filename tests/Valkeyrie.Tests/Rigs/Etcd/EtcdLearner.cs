namespace Valkeyrie.Tests.Rigs;

/// <summary>A learner of a cluster whose only voting member is a server.</summary>
internal sealed class EtcdLearner : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly EtcdProcess _process;

    private EtcdLearner(EtcdServer voter)
    {
        Endpoint = $"127.0.0.1:{LoopbackPorts.Take()}";
        var peerUrl = $"http://127.0.0.1:{LoopbackPorts.Take()}";
        EtcdBinary.Run(EtcdBinary.Control, $"--endpoints={voter.Endpoint}", "member", "add", "learner", "--learner", $"--peer-urls={peerUrl}");
        _process = new EtcdProcess(
            [
                "--name=learner",
                $"--data-dir={_folder.Path}",
                $"--listen-client-urls=http://{Endpoint}",
                $"--advertise-client-urls=http://{Endpoint}",
                $"--listen-peer-urls={peerUrl}",
                $"--initial-advertise-peer-urls={peerUrl}",
                $"--initial-cluster=alone={voter.PeerUrl},learner={peerUrl}",
                "--initial-cluster-state=existing",
                "--heartbeat-interval=50",
                "--election-timeout=500",
                "--logger=zap",
                "--log-level=error",
                .. new EtcdServerOptions().Arguments(),
            ]);
    }

    public string Endpoint { get; }

    /// <summary>Adds a learner, and returns when it answers.</summary>
    public static async Task<EtcdLearner> StartAsync(EtcdServer voter)
    {
        var learner = new EtcdLearner(voter);
        try
        {
            learner._process.Start();
            await using var store = KvStore.Open($"etcd://{learner.Endpoint}");
            await Patience.UntilAsync(
                async () => await Record.ExceptionAsync(async () => await store.TryGetAsync("k", new KvReadOptions { Serializable = true })) is null,
                "an answer of the learner");
            return learner;
        }
        catch
        {
            learner.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _process.Dispose();
        _folder.Dispose();
    }
}
