// Works on a store and reports each action on its output, one per line. The test that started this process decides how it ends.
using System.Globalization;
using System.Text;
using Valkeyrie;
using Valkeyrie.Consul;
using Valkeyrie.Embedded;
using Valkeyrie.Etcd;
using Valkeyrie.Tests.Faults;
using Valkeyrie.ZooKeeper;

EtcdStore.Register();
ConsulStore.Register();
EmbeddedStore.Register();
ZooKeeperStore.Register();
await using var store = KvStore.Open(args[1], new KvStoreOptions { Timeout = Seconds(args[2]), KeepAlive = Seconds(args[3]) });
var seed = Number(args[4]);
switch (args[0])
{
    // PREFIX FIRST-CLIENT CLIENTS LONGEST-PAUSE: works on registers until its input ends.
    case "registers":
        await WorkOnRegistersAsync(args[5], Number(args[6]), Number(args[7]), Number(args[8]));
        break;

    // PREFIX CLIENT: writes in batches until it is killed.
    case "batches":
        await new BatchWorkload(store, new CallRecorder(Console.Out), args[5], Number(args[6]), seed).RunAsync(CancellationToken.None);
        break;

    // KEY TTL: takes a lock again and again.
    case "locks":
        await new LockHolder(store, args[5], Seconds(args[6]), seed).RunAsync();
        break;

    // TREE DESTINATION-ADDRESS DESTINATION-TREE STATE-FILE: mirrors until it is killed.
    case "mirror":
        await MirrorAsync(args[5], args[6], args[7], args[8]);
        break;

    // DIRECTORY NAME TTL: a service of that name, until its input ends. It registers itself, and campaigns for leadership if
    // the store has elections.
    case "serve":
        await ServeAsync(args[5], args[6], Seconds(args[7]));
        break;
    default:
        throw new ArgumentException($"There is no work called '{args[0]}'.");
}

static TimeSpan Seconds(string text) => TimeSpan.FromSeconds(double.Parse(text, CultureInfo.InvariantCulture));

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

async Task WorkOnRegistersAsync(string prefix, int first, int clients, int longestPause)
{
    using var stop = new CancellationTokenSource();
    var recorder = new CallRecorder(Console.Out);
    var work = Enumerable.Range(first, clients)
        .Select(client => Task.Run(() => new RegisterWorkload(store, recorder, prefix, client, seed, longestPause).RunAsync(stop.Token)))
        .ToList();
    await Console.In.ReadToEndAsync();
    await stop.CancelAsync();
    await Task.WhenAll(work);
}

async Task MirrorAsync(string tree, string address, string place, string file)
{
    await using var destination = KvStore.Open(address, new KvStoreOptions { Timeout = Seconds(args[2]) });
    var options = new KvTreeMirrorOptions
    {
        Prune = true,
        Resume = File.Exists(file) ? KvTreeMirrorState.Parse(await File.ReadAllTextAsync(file)) : null,
        PhaseChanged = status => Console.WriteLine($"{status.Phase} {status.Comparisons}"),
        Save = async state =>
        {
            await File.WriteAllTextAsync(file + ".new", state.ToJson());
            File.Move(file + ".new", file, overwrite: true);
        },
    };
    try
    {
        await new KvTreeMirror(store, tree, destination, place, options).RunAsync();
    }
    catch (KvException e) when (e is KvUnreachableException or KvTimeoutException)
    {
        // A service that cannot begin ends; its runner starts it again.
        Console.WriteLine($"ended {e.Code}");
    }
}

async Task ServeAsync(string directory, string name, TimeSpan ttl)
{
    await store.PutAsync($"{directory}/services/{name}", Encoding.UTF8.GetBytes(name), new KvPutOptions { Ttl = ttl, KeepAlive = true });
    Console.WriteLine("registered");
    using var stop = new CancellationTokenSource();
    var leading = store.TryGetCapability<IKvElections>(out var elections) ? LeadAsync(elections) : Task.CompletedTask;
    await Console.In.ReadToEndAsync();
    await stop.CancelAsync();
    await leading;

    async Task LeadAsync(IKvElections elections)
    {
        try
        {
            await using var leads = await elections.CampaignAsync($"{directory}/leader", Encoding.UTF8.GetBytes(name), new KvCampaignOptions { Ttl = ttl }, stop.Token);
            Console.WriteLine($"leads {leads.FencingToken}");
            await Task.Delay(Timeout.InfiniteTimeSpan, stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Its input has ended.
        }
    }
}
