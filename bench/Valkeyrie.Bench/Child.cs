using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Valkeyrie.Bench.Contenders;
using Valkeyrie.Bench.Measuring;
using Valkeyrie.Etcd.Protocol;

namespace Valkeyrie.Bench;

/// <summary>Another process of this program, for work that must not count as ours or that needs separate memory. It reports when it is
/// ready, starts on request, and reports its result.</summary>
internal sealed class Child : IAsyncDisposable
{
    /// <summary>Puts a number of keys in a directory, 32 in flight.</summary>
    public const string Write = "write";

    /// <summary>Puts a number of keys in a directory, many in flight.</summary>
    public const string WriteFast = "write-fast";

    /// <summary>Forwards the server's data every 10 ms; see <see cref="Relay"/>.</summary>
    public const string Hold = "hold";

    /// <summary>Lists a directory through the store.</summary>
    public const string ListStore = "list-store";

    /// <summary>Lists a directory as one reply, parsed by the generated classes.</summary>
    public const string ListFloor = "list-floor";

    /// <summary>Marks the command line of a child.</summary>
    public const string Mark = "--child";

    private const string Ready = "ready";
    private const int WriterWidth = 32;
    private const int FastWriterWidth = 256;
    private const int WriterKeys = 1000;
    private const string WarmUpDirectory = "bench/warm-up";
    private const int WarmUpKeys = 1000;
    private const int WarmUpLists = 50;

    private static readonly TimeSpan HoldInterval = TimeSpan.FromMilliseconds(10);

    private readonly Process _process;

    private Child(Process process) => _process = process;

    public static async Task<Child> StartAsync(string work, string endpoint, string directory, long count)
    {
        var assembly = typeof(Child).Assembly.Location;
        var start = new ProcessStartInfo("dotnet", [assembly, Mark, work, endpoint, directory, count.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var child = new Child(Process.Start(start)!);
        return await child._process.StandardOutput.ReadLineAsync() == Ready ? child : throw new InvalidOperationException($"The child for '{work}' did not start.");
    }

    public void Go() => _process.StandardInput.WriteLine();

    public async Task<ListResult> ListAsync()
    {
        Go();
        var line = await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The child ended without a result.");
        return JsonSerializer.Deserialize<ListResult>(line)!;
    }

    /// <summary>The address to connect to instead of the server.</summary>
    public async Task<string> HoldAsync()
    {
        Go();
        return await _process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException("The child ended without an address.");
    }

    public async ValueTask DisposeAsync()
    {
        // The end of its input ends a child that was never started.
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    /// <summary>Runs the child.</summary>
    public static async Task RunAsync(string[] arguments)
    {
        var (work, endpoint, directory) = (arguments[0], arguments[1], arguments[2]);
        var count = long.Parse(arguments[3], CultureInfo.InvariantCulture);
        await using var arena = new Arena(endpoint, new BenchOptions());
        await arena.RevisionAsync();
        Func<string, Task<long>> list = work == ListStore ? path => CountAsync(arena.Store.ListAsync(path)) : path => CountBareAsync(arena, path);
        if (work is ListStore or ListFloor)
        {
            // The code is compiled completely before the measurement.
            await arena.FillAsync(WarmUpDirectory, 0, WarmUpKeys, 64);
            for (var i = 0; i < WarmUpLists; i++)
            {
                await list(WarmUpDirectory);
            }
        }

        Console.WriteLine(Ready);
        if (Console.ReadLine() is null)
        {
            return;
        }

        await (work switch
        {
            Write => WriteAsync(arena, directory, count, WriterWidth),
            WriteFast => WriteAsync(arena, directory, count, FastWriterWidth),
            Hold => HoldAsync(endpoint),
            _ => MeasureListAsync(() => list(directory)),
        });
    }

    private static Task WriteAsync(Arena arena, string directory, long count, int width)
    {
        var value = ByteString.CopyFrom(Arena.Value(256));
        byte[][] frames = [.. Enumerable.Range(0, WriterKeys).Select(
            i => BareClient.Frame(new PutRequest { Key = ByteString.CopyFromUtf8(Arena.KeyOf(directory, i)), Value = value }))];
        return InFlight.RunAsync(width, count, i => arena.Bare.CallAsync(BareClient.Put, frames[i % WriterKeys]));
    }

    private static async Task HoldAsync(string server)
    {
        await using var relay = new Relay(server, HoldInterval);
        Console.WriteLine(relay.Endpoint);
        await Console.In.ReadToEndAsync();
    }

    private static async Task MeasureListAsync(Func<Task<long>> list)
    {
        var before = Process.GetCurrentProcess().WorkingSet64;
        var started = Stopwatch.GetTimestamp();
        var keys = await list();
        var elapsed = Stopwatch.GetElapsedTime(started);
        var growth = Process.GetCurrentProcess().PeakWorkingSet64 - before;
        Console.WriteLine(JsonSerializer.Serialize(new ListResult(keys, elapsed.TotalSeconds, growth)));
    }

    private static async Task<long> CountBareAsync(Arena arena, string directory)
    {
        var request = new RangeRequest { Key = Arena.StartOf(directory), RangeEnd = Arena.EndOf(directory) };
        return (await arena.Bare.CallAsync<RangeResponse>(BareClient.Range, request)).Kvs.Count;
    }

    private static async Task<long> CountAsync(IAsyncEnumerable<KvPair> pairs)
    {
        var count = 0L;
        await foreach (var _ in pairs)
        {
            count++;
        }

        return count;
    }
}

/// <summary>The result of a listing in a separate process.</summary>
/// <param name="Keys">The number of listed keys.</param>
/// <param name="Seconds">The duration.</param>
/// <param name="PeakGrowth">The peak working set minus the working set before, in bytes.</param>
internal sealed record ListResult(long Keys, double Seconds, long PeakGrowth);
