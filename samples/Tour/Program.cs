// The README's tour through the library alone: on a private store in memory, or on the store at the address in the first argument (etcd://host:2379, a file).
using System.Text;
using Valkeyrie;
using Valkeyrie.Embedded;
using Valkeyrie.Etcd;

const string Home = "tour";

// Open: the address says which kind of store; a connection is made by the first call.
EtcdStore.Register();
EmbeddedStore.Register();
await using var store = KvStore.Open(args is [var address, ..] ? address : "memory:");
var status = await store.PingAsync();
Chapter($"Open {store.Info.Address}");
Say($"{store.Info.Scheme} {status.Version}, at revision {status.Revision}");

Chapter("Put and get");
var name = await store.PutAsync($"{Home}/name", Bytes("Zoë's shop"));
Say($"put {name.Key} at revision {name.Revision}");
name = await store.GetAsync($"{Home}/name");
Say($"get {name.Key} = {name.Value} (version {name.Version})");
Say($"try to get what is not there: {await store.TryGetAsync($"{Home}/missing") is null}");

Chapter("A time to live");
var session = await store.PutAsync($"{Home}/session", Bytes("open"), new KvPutOptions { Ttl = TimeSpan.FromSeconds(30) });
Say($"put {session.Key}, gone in {session.Ttl?.TotalSeconds:0} s");

Chapter("List a directory");
await store.PutAsync($"{Home}/port", Bytes("8080"));
await store.PutAsync("tourist/name", Bytes("not in the directory 'tour'"));
await foreach (var pair in store.ListAsync(Home))
{
    Say($"{pair.Key} = {pair.Value}");
}

Chapter("Write only if nobody else did");
var read = await store.GetAsync($"{Home}/port");
await store.AtomicPutAsync(read.Key, Bytes("8081"), read.Revision);
Say($"{read.Key} was still at revision {read.Revision}: written");
var second = await store.TryAtomicPutAsync(read.Key, Bytes("8082"), read.Revision);
Say($"once more from the same read: {second.Outcome}, it is at revision {second.CurrentRevision} now");

Chapter("Watch");
await WatchAsync(store);

Chapter("Lock");
await using (var held = await store.LockAsync($"{Home}/deploy", new KvLockOptions { Value = Bytes("me") }))
{
    Say($"{held.Key} is mine, with fencing token {held.FencingToken}, renewed until I let it go");
    try
    {
        await store.LockAsync(held.Key, new KvLockOptions { Timeout = TimeSpan.Zero });
    }
    catch (KvCannotLockException e)
    {
        Say(e.Message);
    }
}

Chapter("Clean up");
Say($"{await store.DeleteTreeAsync(Home)} keys removed; tourist/name is still there: {await store.ExistsAsync("tourist/name")}");
await store.DeleteAsync("tourist/name");

static void Chapter(string title) => Console.WriteLine($"\n{title}");

static void Say(string line) => Console.WriteLine($"  {line}");

static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

// A watch shows the existing pairs first, then each change once and in order.
static async Task WatchAsync(IKvStore store)
{
    var writing = Task.CompletedTask;
    await foreach (var change in store.WatchAsync($"{Home}/name", new KvWatchOptions { PreviousValue = true }))
    {
        Say($"{change.Type} {change.Key}: {change.PreviousValue ?? "-"} -> {(change.Type == KvEventType.Delete ? "-" : change.Value)}");
        if (change.Type == KvEventType.Existing)
        {
            writing = WriteAsync(store);
        }

        if (change.Type == KvEventType.Delete)
        {
            break;
        }
    }

    await writing;
}

static async Task WriteAsync(IKvStore store)
{
    await store.PutAsync($"{Home}/name", Bytes("Zoë's bakery"));
    await store.DeleteAsync($"{Home}/name");
}
