namespace Valkeyrie.Tests.Architecture;

/// <summary>The allowed references between namespaces. A namespace is its folder.</summary>
public sealed class ArchitectureTests
{
    private const string Contract = "Valkeyrie";
    private const string Shell = "Valkeyrie.PowerShell";
    private const string Loader = "Valkeyrie.Loader";
    private const string ShellEngine = "System.Management.Automation";

    public static TheoryData<string> Assemblies => [.. ShippedAssemblies.Names];

    /// <summary>A namespace, and the others of its assembly that it may use.</summary>
    public static TheoryData<string, string[]> Rooms => new()
    {
        // A client of HTTP/2, and gRPC on top of it: any other program could use them as well.
        { "Valkeyrie.Etcd.Http2", [] },
        { "Valkeyrie.Etcd.Grpc", ["Valkeyrie.Etcd.Http2"] },
        { "Valkeyrie.Etcd.Protocol", [] },

        // The common part of etcd's two APIs.
        { "Valkeyrie.Etcd.Cluster", [] },

        // A cluster's calls with gRPC, the base of the engine and of other assemblies.
        { "Valkeyrie.Etcd.Calls", ["Valkeyrie.Etcd.Cluster", "Valkeyrie.Etcd.Grpc", "Valkeyrie.Etcd.Http2", "Valkeyrie.Etcd.Protocol"] },

        // The older API is HTTP and JSON with the platform's own client.
        { "Valkeyrie.Etcd.V2", ["Valkeyrie.Etcd.Cluster"] },
        { "Valkeyrie.Etcd.V3", ["Valkeyrie.Etcd.Calls", "Valkeyrie.Etcd.Cluster", "Valkeyrie.Etcd.Engine", "Valkeyrie.Etcd.Grpc", "Valkeyrie.Etcd.Protocol"] },

        // Requests and replies, independent of their use.
        { "Valkeyrie.Consul.Calls", [] },

        // ZooKeeper's records, the requests that consist of them, and the sessions that send these: all independent of keys.
        { "Valkeyrie.ZooKeeper.Jute", [] },
        { "Valkeyrie.ZooKeeper.Protocol", ["Valkeyrie.ZooKeeper.Jute"] },
        { "Valkeyrie.ZooKeeper.Sessions", ["Valkeyrie.ZooKeeper.Jute", "Valkeyrie.ZooKeeper.Net", "Valkeyrie.ZooKeeper.Protocol"] },
        { "Valkeyrie.Embedded.Sqlite", [] },
        { "Valkeyrie.PowerShell.Files", [] },
        { "Valkeyrie.PowerShell.Binding", [] },

        // The types that scripts see of the module, and that users of the library name.
        { "Valkeyrie.PowerShell", [] },
        { "Valkeyrie", [] },
    };

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void A_namespace_is_its_folder(string assembly)
    {
        foreach (var file in ShippedAssemblies.Sources(assembly))
        {
            var folder = Path.GetRelativePath(ShippedAssemblies.SourceFolder, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.');
            var named = File.ReadLines(file).First(l => l.StartsWith("namespace ", StringComparison.Ordinal));
            Assert.True(named == $"namespace {folder};", $"{file}: {named}");
        }
    }

    [Theory]
    [MemberData(nameof(Assemblies))]
    public void No_namespaces_point_in_a_circle(string assembly) =>
        Assert.Empty(new NamespaceArrows(ShippedAssemblies.OwnUses(assembly)).OnCircles());

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_knows_those_below_it_alone(string room, string[] known)
    {
        ArgumentNullException.ThrowIfNull(known);
        Assert.Empty(OwnArrows(room).Forbidden(room, known.Contains));
    }

    // Except for showing external text, which errors of every kind need.
    [Theory]
    [InlineData("Valkeyrie.Etcd.Http2")]
    [InlineData("Valkeyrie.Etcd.Grpc")]
    public void A_protocol_knows_nothing_of_stores(string room) => Assert.DoesNotContain(
        ShippedAssemblies.Uses("Valkeyrie.Etcd").Where(u => u.User.Namespace == room && u.Used.Assembly == Contract),
        u => u.Used.Name != nameof(VisibleText));

    [Fact]
    public void Arrows_between_assemblies_run_from_the_module_to_the_stores_to_the_contract()
    {
        var wrong = ShippedAssemblies.Names.SelectMany(ShippedAssemblies.Uses).Where(u => !MayUse(u.User.Assembly, u.Used.Assembly)).ToList();
        Assert.Empty(wrong);
    }

    [Fact]
    public void An_arrow_that_is_turned_is_found()
    {
        // The inverse rules, against the real assemblies: each must be violated.
        Assert.Contains(ShippedAssemblies.Uses(Shell), u => u.Used.Assembly == "Valkeyrie.Etcd");
        Assert.False(MayUse("Valkeyrie.Etcd", Shell));
        Assert.NotEmpty(OwnArrows("Valkeyrie.Embedded.Storage").Forbidden("Valkeyrie.Embedded.Storage", static _ => false));

        // One reference back is a circle, and so is a way around three namespaces.
        var down = Use("A", "B");
        Assert.Empty(new NamespaceArrows([down, Use("B", "C")]).OnCircles());
        Assert.Equal(["A -> B: A.T uses B.T", "B -> A: B.T uses A.T"], new NamespaceArrows([down, Use("B", "A")]).OnCircles());
        Assert.Equal(3, new NamespaceArrows([down, Use("B", "C"), Use("C", "A")]).OnCircles().Count);
    }

    private static NamespaceArrows OwnArrows(string room) => new(ShippedAssemblies.OwnUses(
        ShippedAssemblies.Names.Where(n => room == n || room.StartsWith(n + ".", StringComparison.Ordinal)).MaxBy(n => n.Length)!));

    private static bool MayUse(string user, string used) => used switch
    {
        _ when used == user => true,
        Shell or Loader => false,
        Contract => user != Loader,
        ShellEngine => user is Shell or Loader,
        "Valkeyrie.Etcd" => user is Shell or "Valkeyrie.Etcd.Administration",

        // Generated stubs are used only behind the capabilities.
        "dotnet-etcd" or "Grpc.Core.Api" => user == "Valkeyrie.Etcd.Administration",
        _ when used.StartsWith(Contract + ".", StringComparison.Ordinal) => user == Shell,

        // The contract needs only the platform; other packages are the concern of the assemblies that need them.
        _ => user is not (Contract or Loader) || used.StartsWith("System.", StringComparison.Ordinal),
    };

    private static TypeUse Use(string user, string used) => new(new("Sample", user, "T"), new("Sample", used, "T"));
}
