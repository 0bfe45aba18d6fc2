using Etcdserverpb;
using Google.Protobuf;
using Grpc.Net.Client;

namespace Valkeyrie.Bench.Contenders;

/// <summary>The stubs that protoc generates on Grpc.Net.Client without another layer, as a carefully written program would use them.</summary>
internal sealed class LeanGrpc : Peer
{
    public const string PeerName = "grpc";

    private readonly GrpcChannel _channel;
    private readonly KV.KVClient _client;
    private readonly Watch.WatchClient _watches;

    public LeanGrpc(string endpoint)
        : base(PeerName)
    {
        // A listing is one reply, whatever its size.
        _channel = GrpcChannel.ForAddress($"http://{endpoint}", new GrpcChannelOptions { MaxReceiveMessageSize = null, DisposeHttpClient = true });
        _client = new KV.KVClient(_channel);
        _watches = new Watch.WatchClient(_channel);
    }

    public override async Task PutAsync(string key, byte[] value) =>
        await _client.PutAsync(new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = UnsafeByteOperations.UnsafeWrap(value) });

    public override async Task GetAsync(string key) => await _client.RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8(key) });

    public override async Task<int> ListAsync(string directory)
    {
        var request = new RangeRequest { Key = Arena.StartOf(directory), RangeEnd = Arena.EndOf(directory) };
        return (await _client.RangeAsync(request)).Kvs.Count;
    }

    public override async Task WatchAsync(string directory, long from, long events)
    {
        using var call = _watches.Watch();
        var create = new WatchCreateRequest { Key = Arena.StartOf(directory), RangeEnd = Arena.EndOf(directory), StartRevision = from };
        await call.RequestStream.WriteAsync(new WatchRequest { CreateRequest = create });
        while (events > 0 && await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            events -= call.ResponseStream.Current.Events.Count;
        }
    }

    protected override void Dispose(bool disposing) => _channel.Dispose();
}
