// Measures the store against the floor (a bare HTTP/2 loop) and etcdctl on an etcd of its own. Only the ratios mean anything elsewhere.
using System.Runtime.InteropServices;
using Valkeyrie.Bench;
using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Embedded;
using Valkeyrie.Bench.Measuring;
using Valkeyrie.Bench.Workloads;
using Valkeyrie.Samples;

const string Memory = "memory";
const string GrowthRow = "growth";

if (args is [Child.Mark, .. var work])
{
    await Child.RunAsync(work);
    return 0;
}

if (args is [EmbeddedBench.Mark, .. var embedded])
{
    return await EmbeddedBench.RunAsync(embedded);
}

Workload[] workloads =
[
    new PutWorkload("put", 1),
    new GetWorkload(),
    new PutWorkload("put32", 32),
    new PutWorkload("put256", 256),
    new ListWorkload("list10k", 10_000, 1024),
    new ListWorkload("list100k", 100_000, 64),
    new WatchWorkload(),
    new ReplayWorkload(),
    new LockWorkload(),
    new PipelineWorkload(),
];

BenchOptions options;
try
{
    options = BenchOptions.Parse(args);
    string[] known = [.. workloads.Select(w => w.Name), Memory, GrowthRow];
    if (options.Rows.FirstOrDefault(row => !known.Contains(row)) is { } unknown)
    {
        throw new FormatException($"There is no row '{unknown}'.");
    }
}
catch (FormatException e)
{
    Console.Error.WriteLine(e.Message + " See --help.");
    return 2;
}

if (options.Help)
{
    var rows = workloads.Select(w => $"  {w.Name,-16}  {w.Title}").Append($"  {Memory,-16}  1,000,000 keys listed, with the peak of memory").Append($"  {GrowthRow,-16}  see --growth");
    Console.WriteLine(BenchOptions.Usage.Replace("{0}", string.Join('\n', rows), StringComparison.Ordinal));
    return 0;
}

// A disk's own speed would hide what is measured here.
var memoryDisk = Directory.Exists("/dev/shm") ? "/dev/shm" : null;
await using var server = await EtcdServer.StartAsync(options.Etcd, memoryDisk, ["--quota-backend-bytes", "8000000000"]);
var etcdctl = await Etcdctl.FindVersionAsync(options.Etcdctl);
await using var arena = new Arena(server.Endpoint, options, etcdctl is not null);
Console.WriteLine($"etcd {await Version()}, etcdctl {etcdctl ?? "not found"}, {RuntimeInformation.FrameworkDescription}, {Environment.ProcessorCount} processors for client and server");
Console.WriteLine($"data on {memoryDisk ?? "disk"}; medians of {options.Rounds} interleaved rounds; processor time and bytes are this process's own");

foreach (var workload in workloads.Where(w => IsAskedFor(w.Name)))
{
    try
    {
        var contenders = await workload.PrepareAsync(arena);
        Report.Write(workload, await Rounds.MeasureAsync(contenders, options));
        await arena.ClearAsync("bench");
    }
    catch (WorkloadSkippedException e)
    {
        Console.WriteLine($"\n{workload.Name}: not run, since {e.Message}.");
    }
}

if (IsAskedFor(Memory))
{
    await Growth.MemoryAsync(arena);
}

if (options.Growth || options.Rows.Contains(GrowthRow))
{
    await Growth.GrowthAsync(arena);
}

return 0;

bool IsAskedFor(string row) => options.Rows.Count == 0 || options.Rows.Contains(row);

async Task<string> Version() => (await arena.StatusAsync()).Version;
