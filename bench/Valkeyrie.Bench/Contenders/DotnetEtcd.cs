using dotnet_etcd;
using Etcdserverpb;
using Google.Protobuf;

namespace Valkeyrie.Bench.Contenders;

/// <summary>dotnet-etcd as its own page shows it: its client with its channel and its retries.</summary>
internal sealed class DotnetEtcd(string endpoint) : Peer(PeerName)
{
    public const string PeerName = "dotnet-etcd";

    private readonly EtcdClient _client = new($"http://{endpoint}", configureChannelOptions: channel => channel.MaxReceiveMessageSize = null);

    public override async Task PutAsync(string key, byte[] value) =>
        await _client.PutAsync(new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFrom(value) });

    public override async Task GetAsync(string key) => await _client.GetAsync(key);

    public override async Task<int> ListAsync(string directory) => (await _client.GetRangeAsync(directory + "/")).Kvs.Count;

    protected override void Dispose(bool disposing) => _client.Dispose();
}
