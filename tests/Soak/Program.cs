// Rounds under faults with growing seeds, until the time is up or one shows something wrong: soak [DURATION] [FIRST-SEED].
using System.Diagnostics;
using System.Globalization;
using Valkeyrie.Tests.Faults;
using Valkeyrie.Tests.Rigs;

const string usage = "Usage: soak [DURATION] [FIRST-SEED], the duration as 90s, 10m, 2h; 10m where none is given.";
if (Duration(args.ElementAtOrDefault(0) ?? "10m") is not { } duration || !int.TryParse(args.ElementAtOrDefault(1) ?? $"{FaultRun.DefaultSeed}", out var seed))
{
    Console.Error.WriteLine(usage);
    return 2;
}

var folder = Directory.CreateDirectory(Path.Combine("out", "soak")).FullName;
(string Name, Func<FaultRun, Task<string>> Run)[] rounds =
[
    ("registers", run => RegisterRound.RunAsync(run, TimeSpan.FromSeconds(30))),
    ("locks", run => LockRound.RunAsync(run, TimeSpan.FromSeconds(30))),
    ("compaction", run => CompactionRound.RunAsync(run, breaks: 25)),
    ("embedded", run => EmbeddedRound.RunAsync(run, kills: 8)),
];
var clock = Stopwatch.StartNew();
for (; clock.Elapsed < duration; seed++)
{
    foreach (var (name, run) in rounds)
    {
        Console.WriteLine($"{clock.Elapsed:hh\\:mm\\:ss} seed {seed}, {name}");
        try
        {
            Console.WriteLine($"         {await run(new FaultRun(name, seed, folder))}");
        }
        catch (Exception e)
        {
            Console.Error.WriteLine($"Seed {seed} failed in '{name}'.\n{e}");
            return 1;
        }
    }
}

Console.WriteLine($"Nothing wrong was seen in {clock.Elapsed:hh\\:mm\\:ss}.");
return 0;

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
