// Measures the store against the floor (a bare loop of the protocol with ready-made requests) and ready-made clients, on private servers. Only the ratios can
// be compared between machines.
using System.Runtime.InteropServices;
using Valkeyrie.Bench;
using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Embedded;
using Valkeyrie.Bench.Measuring;
using Valkeyrie.Bench.Workloads;

const string Memory = "memory";
const string GrowthRow = "growth";
const string CmdletGrowthRow = "cmdlets";

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
    new WatchWorkload("watch", "with 32 puts in flight", Child.Write, 20_000),
    new WatchWorkload("watchheld", "with 256 puts in flight and delivered every 10 ms", Child.WriteFast, 40_000, held: true),
    new ReplayWorkload(),
    new LockWorkload(),
    new PipelineWorkload(),
    new ImportWorkload(),
    new CopyWorkload(),
    new TreeWorkload(),
    new StartupWorkload(),
    new V2PutWorkload("v2put", 1),
    new V2PutWorkload("v2put32", 32),
    new V2GetWorkload(),
    new V2ListWorkload("v2list10k", 10_000, 1024),
    new ConsulPutWorkload("consulput", 1),
    new ConsulPutWorkload("consulput32", 32),
    new ConsulGetWorkload("consulget", 1),
    new ConsulGetWorkload("consulget32", 32),
    new ConsulListWorkload("consullist10k", 10_000, 1024),
    new ZooKeeperPutWorkload("zkput", 1),
    new ZooKeeperPutWorkload("zkput32", 32),
    new ZooKeeperGetWorkload("zkget", 1),
    new ZooKeeperGetWorkload("zkget32", 32),
    new ZooKeeperListWorkload("zklist10k", 10_000, 1024),
];

BenchOptions options;
try
{
    options = BenchOptions.Parse(args);
    string[] known = [.. workloads.Select(w => w.Name), Memory, GrowthRow, CmdletGrowthRow];
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
    var rows = workloads.Select(w => $"  {w.Name,-16}  {w.Title}").Append($"  {Memory,-16}  1,000,000 keys listed, with the peak of memory").Append($"  {GrowthRow,-16}  times and memory from 10^3 to 10^6 keys")
        .Append($"  {CmdletGrowthRow,-16}  pipeline, import, copy, list, tree and watch from 10^3 to 10^6 keys");
    Console.WriteLine(BenchOptions.Usage.Replace("{0}", string.Join('\n', rows), StringComparison.Ordinal));
    return 0;
}

SampleLog? log = null;
Workload[] asked = [.. workloads.Where(w => IsAskedFor(w.Name))];
Console.WriteLine($"{RuntimeInformation.FrameworkDescription}, {Environment.ProcessorCount} processors for client and server, data on {Arena.MemoryDisk ?? "disk"}");
Console.WriteLine($"medians of {options.Rounds} interleaved rounds; processor time and bytes are those of this process, except that the row startup shows the processor time of the started ones");
if (asked.Length > 0)
{
    await MeasureAsync(asked);
}

if (IsAskedFor(Memory))
{
    await Growth.MemoryAsync(options);
}

if (options.Growth || options.Rows.Contains(GrowthRow))
{
    await Growth.GrowthAsync(options);
}

if (options.Growth || options.Rows.Contains(CmdletGrowthRow))
{
    await ShellGrowth.RunAsync(options, options.LargestGrowth, LogOf);
}

if (options.Json is { } file)
{
    log?.Write(file);
}

return 0;

bool IsAskedFor(string row) => (options.Rows.Count == 0 && !options.Growth) || options.Rows.Contains(row);

SampleLog LogOf(string server) => log ??= new SampleLog(server, options.Rounds);

async Task MeasureAsync(Workload[] rows)
{
    await using var arena = await Arena.OpenAsync(options);
    var server = $"etcd {(await arena.StatusAsync()).Version}";
    Console.WriteLine($"{server}, etcdctl {await Etcdctl.FindVersionAsync(options.Etcdctl) ?? "not found"}");
    foreach (var row in rows)
    {
        try
        {
            var standings = await Rounds.MeasureAsync(await row.PrepareAsync(arena), options);
            Report.Write(row, standings);
            LogOf(server).Add(row, standings);
            await arena.ClearAsync("bench");
        }
        catch (WorkloadSkippedException e)
        {
            Console.WriteLine($"\n{row.Name}: not run, because {e.Message}.");
        }
    }
}
