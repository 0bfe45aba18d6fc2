using System.Runtime.InteropServices;
using Valkeyrie.Etcd;
using Valkeyrie.Etcd.V2;

namespace Valkeyrie.Tests.Etcd.Grpc;

/// <summary>Unreasonable numbers are typed errors, or reduced to a possible value.</summary>
public class LimitTests
{
    private static readonly TimeSpan Century = TimeSpan.FromDays(36_500);

    static LimitTests() => EtcdStore.Register();

    [Fact]
    public void A_value_near_two_gibibytes_is_refused_before_it_is_looked_at()
    {
        // Reading a byte of it would crash.
        var none = (byte)0;
        var value = MemoryMarshal.CreateReadOnlySpan(ref none, int.MaxValue);
        foreach (var error in new[] { Refused(value, v3: true), Refused(value, v3: false) })
        {
            Assert.Equal("k", error?.Key);
            Assert.Contains($"{int.MaxValue}", error!.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_lease_of_more_seconds_than_clocks_hold_is_a_long_one()
    {
        await using var peer = new ScriptedHttp2Peer(async request =>
        {
            if (request.IsFirst)
            {
                await request.ReplyAsync(ScriptedReply.LeaseGranted(5, long.MaxValue));
                return;
            }

            await request.SendOkHeadersAsync();
            await request.SendDataAsync(GrpcMessage.Write(ScriptedReply.LeaseRenewed(5, long.MaxValue)));
        });
        await using var store = peer.Open();
        var leases = store.GetCapability<IKvLeases>();
        Assert.InRange((await leases.GrantLeaseAsync(TimeSpan.FromSeconds(5))).Ttl, Century, TimeSpan.MaxValue);
        Assert.InRange((await leases.RenewLeaseAsync(5)).Ttl, Century, TimeSpan.MaxValue);
    }

    [Fact]
    public async Task A_key_of_more_seconds_than_clocks_hold_is_read_all_the_same()
    {
        await using var peer = new V2.ScriptedHttpPeer(V2.ScriptedHttpPeer.Reply(
            $"{{\"action\":\"get\",\"node\":{{\"key\":\"/a\",\"value\":\"v\",\"ttl\":{long.MaxValue},\"modifiedIndex\":7,\"createdIndex\":7}}}}"));
        await using var store = KvStore.Open($"etcdv2://{peer.Endpoint}");
        Assert.InRange((await store.GetAsync("a")).Ttl!.Value, Century, TimeSpan.MaxValue);
    }

    private static KvException? Refused(ReadOnlySpan<byte> value, bool v3)
    {
        try
        {
            if (v3)
            {
                new Valkeyrie.Etcd.V3.Requests(KeyCodec.Plain).Put("k", value, 0).Return();
            }
            else
            {
                FormContent.OfValue(value, "k");
            }

            return null;
        }
        catch (KvException e) when (e.Code == KvErrorCode.QuotaExceeded)
        {
            return e;
        }
    }
}
