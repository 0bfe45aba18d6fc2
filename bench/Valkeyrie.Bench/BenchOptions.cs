using System.Globalization;
using Valkeyrie.Bench.Contenders;

namespace Valkeyrie.Bench;

/// <summary>The options of the command line.</summary>
internal sealed record BenchOptions
{
    public const string Usage = """
        Usage: bench [ROW ...] [OPTION ...]
               bench embedded [ROW ...] [OPTION ...]   the embedded store against bare SQLite; see bench embedded --help

        Rows (default: all except growth and cmdlets):
        {0}

        Options:
          --rounds N        rounds per row; the figures are their medians (5)
          --seconds S       the duration of one sample (0.7)
          --with A,B        contenders to run: floor, store, dotnet-etcd, grpc, go, etcdctl (all)
          --json FILE       also write every sample of every round to FILE
          --etcd PATH       the server (default: $VALKEYRIE_ETCD, or etcd on PATH)
          --etcdctl PATH    the command line client (default: $VALKEYRIE_ETCDCTL, or etcdctl on PATH)
                            Consul and ZooKeeper are those in $VALKEYRIE_CONSUL and $VALKEYRIE_ZOOKEEPER, or on PATH
                            etcd's Go client takes part if $VALKEYRIE_GO_CLIENT names a program that uses it
          --growth          also the rows growth and cmdlets
          --keys N          the maximum number of keys of the row cmdlets (1000000)
        """;

    private static readonly string[] AllContenders = ["floor", "store", DotnetEtcd.PeerName, LeanGrpc.PeerName, GoClient.Name, "etcdctl"];

    public IReadOnlyList<string> Rows { get; private init; } = [];

    public int Rounds { get; private init; } = 5;

    public TimeSpan SampleTime { get; private init; } = TimeSpan.FromSeconds(0.7);

    public IReadOnlyList<string> Contenders { get; private init; } = AllContenders;

    public string Etcd { get; private init; } = EtcdServer.DefaultBinary;

    public string Etcdctl { get; private init; } =
        Environment.GetEnvironmentVariable("VALKEYRIE_ETCDCTL") is { Length: > 0 } named ? named : "etcdctl";

    /// <summary>The file for the samples; null for none.</summary>
    public string? Json { get; private init; }

    public bool Growth { get; private init; }

    /// <summary>The maximum number of keys for which the cmdlets are measured.</summary>
    public long LargestGrowth { get; private init; } = 1_000_000;

    public bool Help { get; private init; }

    /// <summary>Reads the command line.</summary>
    /// <exception cref="FormatException">The command line is not valid.</exception>
    public static BenchOptions Parse(IEnumerable<string> arguments)
    {
        var options = new BenchOptions();
        var rows = new List<string>();
        var rest = new Queue<string>(arguments);
        while (rest.TryDequeue(out var argument))
        {
            options = argument switch
            {
                "--rounds" => options with { Rounds = int.Parse(ValueOf(argument, rest), NumberStyles.None, CultureInfo.InvariantCulture) },
                "--seconds" => options with { SampleTime = TimeSpan.FromSeconds(double.Parse(ValueOf(argument, rest), CultureInfo.InvariantCulture)) },
                "--with" => options with { Contenders = ContendersIn(ValueOf(argument, rest)) },
                "--etcd" => options with { Etcd = ValueOf(argument, rest) },
                "--etcdctl" => options with { Etcdctl = ValueOf(argument, rest) },
                "--json" => options with { Json = ValueOf(argument, rest) },
                "--keys" => options with { LargestGrowth = long.Parse(ValueOf(argument, rest), NumberStyles.None, CultureInfo.InvariantCulture) },
                "--growth" => options with { Growth = true },
                "--help" or "-h" => options with { Help = true },
                _ when argument.StartsWith('-') => throw new FormatException($"There is no option '{argument}'."),
                _ => options,
            };
            if (!argument.StartsWith('-'))
            {
                rows.Add(argument);
            }
        }

        return options.Rounds > 0 && options.SampleTime > TimeSpan.Zero
            ? options with { Rows = rows }
            : throw new FormatException("The rounds and the seconds must be greater than zero.");
    }

    private static string ValueOf(string option, Queue<string> rest) =>
        rest.TryDequeue(out var value) ? value : throw new FormatException($"The option '{option}' requires a value.");

    private static string[] ContendersIn(string list)
    {
        var names = list.Split(',');
        return Array.Find(names, name => !AllContenders.Contains(name)) is { } unknown
            ? throw new FormatException($"There is no contender '{unknown}'. The contenders are: {string.Join(", ", AllContenders)}.")
            : names;
    }
}
