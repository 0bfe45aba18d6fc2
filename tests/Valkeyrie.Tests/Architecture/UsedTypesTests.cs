using Valkeyrie.Tests.Architecture.Samples;

namespace Valkeyrie.Tests.Architecture;

public sealed class UsedTypesTests
{
    public static TheoryData<string> Users => [.. typeof(InBase).Assembly.GetTypes().Where(t => t.Namespace == typeof(InBase).Namespace && !t.IsNested).Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Users))]
    public void A_use_is_seen_wherever_it_hides(string user)
    {
        ArgumentNullException.ThrowIfNull(user);
        var used = Uses.Value.Where(u => u.User.Namespace == typeof(InBase).Namespace && u.User.Name == user).Select(u => u.Used);
        Assert.Contains(used, t => t.Namespace == typeof(InBase).Namespace + ".Below" && t.Name.StartsWith("Used", StringComparison.Ordinal));
    }

    private static readonly Lazy<HashSet<TypeUse>> Uses = new(() => CompiledAssembly.Uses(typeof(InBase).Assembly.Location));
}
