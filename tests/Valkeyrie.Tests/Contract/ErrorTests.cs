using System.Reflection;
using System.Runtime.CompilerServices;

namespace Valkeyrie.Tests.Contract;

/// <summary>The error family: one type for each thing a caller can do something about.</summary>
public class ErrorTests
{
    [Fact]
    public void There_is_one_type_for_each_code()
    {
        var types = typeof(KvException).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(KvException))).ToList();
        var codes = types.Select(type => Make(type).Code).ToList();
        Assert.Equal(Enum.GetValues<KvErrorCode>().Order(), codes.Order());
        Assert.All(types, t => Assert.True(t.IsSealed && t.IsPublic));
    }

    [Fact]
    public void A_compacted_revision_is_told_with_its_key()
    {
        var error = new KvCompactedException(5, 9, "here", "app");
        Assert.Contains("Revision 5 of 'app'", error.Message, StringComparison.Ordinal);
        Assert.Equal(("app", "here", 9L), (error.Key, error.Endpoint, error.OldestRevision));
    }

    /// <summary>Makes an error with arguments of no importance.</summary>
    private static KvException Make(Type type)
    {
        var constructor = type.GetConstructors(BindingFlags.Public | BindingFlags.Instance).Single();
        var arguments = constructor.GetParameters().Select(p => p.ParameterType switch
        {
            var t when t == typeof(string) => "text",
            var t when t == typeof(KvStoreInfo) => new KvStoreInfo("etcd", "etcd://h", [], "", null),
            var t when t.IsValueType => RuntimeHelpers.GetUninitializedObject(t),
            _ => null,
        });
        return (KvException)constructor.Invoke([.. arguments]);
    }
}
