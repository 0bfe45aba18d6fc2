using System.Text;
using Valkeyrie.PowerShell;
using Valkeyrie.PowerShell.Trees;
using Valkeyrie.Tests.Fuzz;

namespace Valkeyrie.Tests.PowerShell.Trees;

/// <summary>A file with any content is a tree or causes the only typed refusal, which names the file.</summary>
public sealed class TreeFuzzTests : IDisposable
{
    private const int Cases = 2000;

    private const string Etcd =
        """{"header":{"cluster_id":1,"member_id":2,"revision":4},"kvs":[{"key":"YXBwL2E=","create_revision":2,"mod_revision":2,"version":1,"value":"AP8="},{"key":"YXBwL2I=","mod_revision":3,"lease":75}],"count":2}""";

    private const string Consul = """[ { "key": "app/a", "flags": 0, "value": "AP8=" }, { "key": "app/b", "flags": 42, "value": "" } ]""";

    private const string Yaml = """
        # a comment
        base: &base { host: db01, "port": 5432, none: ~ }
        copy: *base
        list: [1, 'two', "th\u0072ee", !!binary AAEC]
        text: |
          one
           two
        ? odd
        : - - nested
          - >-
            folded
            text

        """;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(KvTreeFormat.Json)]
    [InlineData(KvTreeFormat.JsonLines)]
    [InlineData(KvTreeFormat.Csv)]
    [InlineData(KvTreeFormat.NestedJson)]
    [InlineData(KvTreeFormat.Yaml)]
    [InlineData(KvTreeFormat.KeyValue)]
    [InlineData(KvTreeFormat.EtcdJson)]
    [InlineData(KvTreeFormat.ConsulJson)]
    public async Task A_damaged_file_is_read_or_refused_with_its_name(KvTreeFormat format)
    {
        var path = _folder.File("damaged");
        byte[][] originals = [.. Originals(format)];
        var (read, refused) = (0, 0);
        for (var seed = 0; seed < Cases; seed++)
        {
            var bytes = Mutation.OfAny(originals, new Random(seed));
            try
            {
                // In its own format, and in the detected one.
                await ReadAsync(path, format, bytes);
                await ReadAsync(path, null, bytes);
                read++;
            }
            catch (InvalidDataException e)
            {
                Assert.Contains(path, e.Message, StringComparison.Ordinal);
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"Seed {seed} of {format}: {e}");
            }
        }

        Assert.True(refused > Cases / 10, $"{refused} of {Cases} were refused.");
        Assert.True(format is KvTreeFormat.Csv or KvTreeFormat.Yaml or KvTreeFormat.KeyValue || read > Cases / 50, $"{read} of {Cases} were read.");
    }

    [Theory]
    [InlineData(KvTreeFormat.NestedJson, "{\"a\":", "")]
    [InlineData(KvTreeFormat.NestedJson, "{\"a\":[", "[")]
    [InlineData(KvTreeFormat.Yaml, "a: [", "[")]
    [InlineData(KvTreeFormat.Yaml, "a: {b: ", "{b: ")]
    [InlineData(KvTreeFormat.EtcdJson, "{\"header\":[", "[")]
    [InlineData(KvTreeFormat.ConsulJson, "[{\"key\":[", "[")]
    public void Nesting_without_end_is_refused_at_once(KvTreeFormat format, string start, string more)
    {
        var bytes = Encoding.UTF8.GetBytes(start + string.Concat(Enumerable.Repeat(more.Length == 0 ? start : more, 200_000)));

        // From memory, a read stays on this thread: the allocations of tests on other threads do not count.
        var file = new TreeFile("deep", TreeFormats.Of(format, isNamed: true));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var reading = file.ReadAsync(new MemoryStream(bytes), TreePlace.Anywhere, null, default).LastOrDefaultAsync();
        Assert.True(reading.IsCompleted);
        Assert.IsType<InvalidDataException>(reading.AsTask().Exception?.InnerException);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 256 << 20);
    }

    private static IEnumerable<byte[]> Originals(KvTreeFormat format) => format switch
    {
        KvTreeFormat.EtcdJson => [Encoding.UTF8.GetBytes(Etcd)],
        KvTreeFormat.ConsulJson => [Encoding.UTF8.GetBytes(Consul)],
        KvTreeFormat.Yaml => [Encoding.UTF8.GetBytes(Yaml), TreeFormatTests.Written(format, OddPairs.Each)],
        _ => [TreeFormatTests.Written(format, OddPairs.Each), TreeFormatTests.Written(format, OddPairs.Each.Take(5))],
    };

    private static async Task ReadAsync(string path, KvTreeFormat? format, byte[] bytes)
    {
        await File.WriteAllBytesAsync(path, bytes);
        using var tree = await new TreeFile(path, format is { } named ? TreeFormats.Of(named, isNamed: true) : null).CheckAsync(TreePlace.Anywhere, _ => { }, default);
        Assert.Equal(tree.Count, await tree.Content.Pairs.LongCountAsync());
    }
}
