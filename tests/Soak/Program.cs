// Rounds under faults with growing seeds, until the time has passed or one finds a fault: soak [DURATION] [FIRST-SEED] [ROUND...]. Idle clients run next to
// them during the whole time.
using System.Diagnostics;
using System.Globalization;
using Valkeyrie;
using Valkeyrie.Tests.Faults;
using Valkeyrie.Tests.Rigs;

const string usage = "Usage: soak [DURATION] [FIRST-SEED] [ROUND...], the duration as 90s, 10m, 2h; 10m and all rounds where nothing is said. Rounds:";
var folder = Directory.CreateDirectory(Path.Combine("out", "soak")).FullName;
(string Name, Func<FaultRun, Task<string>> Run)[] rounds =
[
    ("registers", run => RegisterRound.RunAsync(run, TimeSpan.FromSeconds(30))),
    ("batches", run => BatchRound.RunAsync(run, TimeSpan.FromSeconds(30))),
    ("locks", run => LockRound.RunAsync(run, TimeSpan.FromSeconds(30))),
    ("compaction", run => CompactionRound.RunAsync(run, breaks: 25)),
    ("mirror", run => MirrorRound.RunAsync(run, TimeSpan.FromSeconds(30))),
    ("embedded", run => EmbeddedRound.RunAsync(run, kills: 8)),
    ("embedded-batches", run => EmbeddedBatchRound.RunAsync(run, kills: 8)),
];
if (ZooKeeperBinary.IsInstalled)
{
    rounds =
    [
        .. rounds,
        ("ensemble", run => KilledLeaderRound.RunAsync(run, TimeSpan.FromMinutes(2), async () => await FaultyEnsemble.StartAsync())),
        ("ensemble-locks", run => LockRound.RunAsync(run, TimeSpan.FromSeconds(60), async () => await FaultyEnsemble.StartAsync())),
    ];
}

if (ConsulBinary.IsInstalled)
{
    rounds =
    [
        .. rounds,
        ("consul", run => KilledLeaderRound.RunAsync(run, TimeSpan.FromMinutes(1), async () => await FaultyConsul.StartAsync())),
        ("consul-locks", run => LockRound.RunAsync(run, TimeSpan.FromSeconds(60), async () => await FaultyConsul.StartAsync())),
    ];
}

var asked = args.Skip(2).ToList();
if (Duration(args.ElementAtOrDefault(0) ?? "10m") is not { } duration || !int.TryParse(args.ElementAtOrDefault(1) ?? $"{FaultRun.DefaultSeed}", out var seed)
    || asked.Exists(name => !rounds.Any(r => r.Name == name)))
{
    Console.Error.WriteLine($"{usage} {string.Join(", ", rounds.Select(r => r.Name))}.");
    return 2;
}

rounds = asked.Count == 0 ? rounds : [.. rounds.Where(r => asked.Contains(r.Name))];
var clock = Stopwatch.StartNew();
using var stop = new CancellationTokenSource();
var idle = Task.Run(() => IdleRound.RunAsync(new FaultRun("idle", seed, folder), duration, new KvStoreOptions().KeepAlive, stop.Token));
var failed = false;
for (var next = seed; clock.Elapsed < duration && !failed; next++)
{
    foreach (var (name, run) in rounds.TakeWhile(_ => !failed))
    {
        failed = !await SucceedsAsync(name, next, () => run(new FaultRun(name, next, folder)));
    }
}

if (failed)
{
    await stop.CancelAsync();
    await ((Task)idle).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    return 1;
}

if (!await SucceedsAsync("idle", seed, () => idle))
{
    return 1;
}

Console.WriteLine($"Nothing wrong was seen in {clock.Elapsed:hh\\:mm\\:ss}.");
return 0;

async Task<bool> SucceedsAsync(string name, int of, Func<Task<string>> round)
{
    Console.WriteLine($"{clock.Elapsed:hh\\:mm\\:ss} seed {of}, {name}");
    try
    {
        Console.WriteLine($"         {await round()}");
        return true;
    }
    catch (Exception e)
    {
        Console.Error.WriteLine($"Seed {of} failed in '{name}'.\n{e}");
        return false;
    }
}

static TimeSpan? Duration(string text)
{
    if (text.Length < 2 || !double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number <= 0)
    {
        return null;
    }

    return text[^1] switch
    {
        's' => TimeSpan.FromSeconds(number),
        'm' => TimeSpan.FromMinutes(number),
        'h' => TimeSpan.FromHours(number),
        _ => null,
    };
}
