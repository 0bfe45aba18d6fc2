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

    [Fact]
    public void No_error_holds_a_control_character_whatever_it_names()
    {
        foreach (var type in typeof(KvException).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(KvException))))
        {
            var error = Make(type, HostileText.Whole);
            Assert.True(HostileText.FindIn(error.Message) is null, $"{type.Name}: {HostileText.FindIn(error.Message)}");
            Assert.True(HostileText.FindIn(error.ToString(), lines: true) is null, $"{type.Name} as text: {HostileText.FindIn(error.ToString(), lines: true)}");
        }
    }

    [Fact]
    public void An_error_names_its_key_as_it_is_for_the_program_that_goes_on_with_it() =>
        Assert.Equal(HostileText.Whole, new KvKeyNotFoundException(HostileText.Whole, null).Key);

    /// <summary>Makes an error with arguments of no importance.</summary>
    private static KvException Make(Type type, string text = "text")
    {
        var constructor = type.GetConstructors(BindingFlags.Public | BindingFlags.Instance).Single();
        var arguments = constructor.GetParameters().Select(p => p.ParameterType switch
        {
            var t when t == typeof(string) => text,
            var t when t == typeof(KvStoreInfo) => new KvStoreInfo("etcd", $"etcd://{text}", [], "", null, null!),
            var t when t.IsValueType => RuntimeHelpers.GetUninitializedObject(t),
            var t when t == typeof(Exception) => new IOException(text),
            _ => null,
        });
        return (KvException)constructor.Invoke([.. arguments]);
    }
}
