using dotnet_etcd;
using Etcdserverpb;
using Google.Protobuf;

namespace Valkeyrie.Bench.Contenders;

/// <summary>dotnet-etcd as in its own documentation: its client with its channel and its retries.</summary>
internal sealed class DotnetEtcd(string endpoint) : Peer(PeerName)
{
    public const string PeerName = "dotnet-etcd";

    private readonly EtcdClient _client = new($"http://{endpoint}", configureChannelOptions: channel => channel.MaxReceiveMessageSize = null);

    public override async Task PutAsync(string key, byte[] value) =>
        await _client.PutAsync(new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFrom(value) });

    public override async Task GetAsync(string key) => await _client.GetAsync(key);

    public override async Task<int> ListAsync(string directory) => (await _client.GetRangeAsync(directory + "/")).Kvs.Count;

    public override async Task WatchAsync(string directory, long from, long events)
    {
        using var enough = new CancellationTokenSource();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var create = new WatchCreateRequest { Key = Arena.StartOf(directory), RangeEnd = Arena.EndOf(directory), StartRevision = from };
        var watching = _client.WatchAsync(
            new WatchRequest { CreateRequest = create },
            (WatchResponse response) =>
            {
                events -= response.Events.Count;
                if (events <= 0)
                {
                    all.TrySetResult();
                }
            },
            cancellationToken: enough.Token);

        // The call returns before the first event.
        await watching;
        await all.Task;
        await enough.CancelAsync();
    }

    protected override void Dispose(bool disposing) => _client.Dispose();
}
