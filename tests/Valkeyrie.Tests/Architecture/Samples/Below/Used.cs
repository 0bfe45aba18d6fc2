// The type that the samples use.
namespace Valkeyrie.Tests.Architecture.Samples.Below;

internal class UsedClass
{
    public static int Count { get; set; }

    public static UsedClass Make() => new();

    public static T Pass<T>(T item) => item;
}

internal static class UsedGeneric<T>
{
    public static T? Value { get; set; }
}

internal interface UsedInterface;

internal sealed class UsedException : Exception;

[AttributeUsage(AttributeTargets.All)]
internal sealed class UsedAttribute : Attribute;
