using System.Reflection;
using System.Runtime.CompilerServices;

namespace Valkeyrie.Tests.Contract;

/// <summary>The errors: a code for each failure, and a type for those that a program may want to catch.</summary>
public class ErrorTests
{
    private static readonly List<Type> Types = [.. typeof(KvException).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(KvException)))];

    [Fact]
    public void Each_type_has_a_code_of_its_own()
    {
        var codes = Types.ConvertAll(type => Make(type).Code);
        Assert.Equal(codes.Distinct(), codes);
        Assert.All(Types, t => Assert.True(t.IsSealed && t.IsPublic));
    }

    [Fact]
    public void An_invalid_argument_names_its_parameter_as_an_ArgumentException_does()
    {
        var path = "";
        Assert.Equal("path", Assert.Throws<KvInvalidArgumentException>(() => KvRange.Directory(path)).ParamName);
        Assert.Equal("key", Assert.Throws<KvInvalidArgumentException>(() => KvRange.Key("a\0")).ParamName);
        Assert.Equal("key", Assert.Throws<KvInvalidArgumentException>(() => KvRange.Key("a\uD83D")).ParamName);
        Assert.Equal("address", Assert.Throws<KvInvalidArgumentException>(() => KvStore.Open(" ")).ParamName);
        Assert.Equal("Timeout", Assert.Throws<KvInvalidArgumentException>(new KvStoreOptions { Timeout = TimeSpan.Zero }.Check).ParamName);
        Assert.Equal("KeepAlive", Assert.Throws<KvInvalidArgumentException>(() => OptionRules.CheckPut("k", new KvPutOptions { KeepAlive = true })).ParamName);
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
        foreach (var type in Types)
        {
            var error = Make(type, HostileText.Whole);
            Assert.True(HostileText.FindIn(error.Message) is null, $"{type.Name}: {HostileText.FindIn(error.Message)}");
            Assert.True(HostileText.FindIn(error.ToString(), lines: true) is null, $"{type.Name} as text: {HostileText.FindIn(error.ToString(), lines: true)}");
        }
    }

    [Fact]
    public void An_error_names_its_key_as_it_is_for_the_program_that_goes_on_with_it() =>
        Assert.Equal(HostileText.Whole, new KvKeyNotFoundException(HostileText.Whole, null).Key);

    /// <summary>Creates an error with arbitrary arguments.</summary>
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
