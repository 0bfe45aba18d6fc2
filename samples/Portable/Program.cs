// Three programs that use the contract alone, on a private store in memory or on the store whose address is specified (a file, etcd://host:2379,
// etcdv2://host:2379, consul://host:8500, zookeeper://host:2181). They are the same for every store; where one cannot do what is asked, its error says why.
using System.Text;
using Valkeyrie;
using Valkeyrie.Consul;
using Valkeyrie.Embedded;
using Valkeyrie.Etcd;
using Valkeyrie.ZooKeeper;

const string Key = "path/to/key";

EtcdStore.Register();
ConsulStore.Register();
ZooKeeperStore.Register();
EmbeddedStore.Register();
await using var store = KvStore.Open(args is [var address, ..] ? address : "memory:");

await RunAsync("1. A value on a key that has another one below it", async () =>
{
    await PutAsync($"{Key}/bis", "foo");
    await PutAsync(Key, "bar");
    await ShowAsync(Key);
});

await RunAsync("2. A key with a value, watched as a directory", async () =>
{
    if (!await store.ExistsAsync(Key))
    {
        await PutAsync(Key, "data");
    }

    await WatchAsync();
});

await RunAsync("3. The same, put as a directory", async () =>
{
    await PutAsync(Key, "data", new KvPutOptions { Directory = true, Warn = warning => Say($"warning: {Anywhere(warning.Message)}") });
    await WatchAsync();
    await PutAsync(Key, "again");
});

// Each program on its own, and nothing left behind.
async Task RunAsync(string title, Func<Task> program)
{
    Console.WriteLine(title);
    try
    {
        await program();
    }
    catch (KvException e)
    {
        Say($"{e.Code} at {e.Key}: {Anywhere(e.Message)}");
    }

    await store.TryDeleteTreeAsync("path");
}

async Task PutAsync(string key, string value, KvPutOptions? options = null)
{
    await store.PutAsync(key, Encoding.UTF8.GetBytes(value), options);
    Say($"put {key}");
}

async Task ShowAsync(string key)
{
    Say($"{key} = {(await store.GetAsync(key)).Value}");
    await foreach (var pair in store.ListAsync(key))
    {
        Say($"{pair.Key} = {pair.Value}");
    }
}

// A watch shows the existing pairs, then the changes; this one ends with the first key below the directory.
async Task WatchAsync()
{
    try
    {
        await PutAsync($"{Key}/foo", "v");
    }
    catch (KvNotDirectoryException)
    {
        // The watch says the same, and what to do.
    }

    await foreach (var change in store.WatchTreeAsync(Key))
    {
        Say($"seen {change.Key} = {change.Value}");
        break;
    }
}

// Messages name the store; the output is to be the same wherever it stands.
string Anywhere(string message) => message.Replace(store.Info.Address, "STORE", StringComparison.Ordinal);

static void Say(string line) => Console.WriteLine($"   {line}");
