namespace Valkeyrie.Tests.Rigs;

/// <summary>A running <c>etcdctl elect</c>: another contender in our elections.</summary>
internal sealed class EtcdControlElection : EtcdControlProcess
{
    /// <summary>Campaigns in an election.</summary>
    public EtcdControlElection(string endpoint, string name, string proposal)
        : base(endpoint, ["elect", name, proposal]) => Elected = Process.StandardOutput.ReadLineAsync();

    /// <summary>Watches an election: two lines for each leader, its key and its value.</summary>
    public EtcdControlElection(string endpoint, string name)
        : base(endpoint, ["elect", "-l", name]) => Elected = Task.FromResult<string?>(null);

    /// <summary>Completes when it leads, with its own key.</summary>
    public Task<string?> Elected { get; }
}
