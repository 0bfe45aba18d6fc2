namespace Valkeyrie.Tests.Architecture;

/// <summary>A type of a compiled assembly; a nested type counts as its enclosing type.</summary>
/// <param name="Assembly">The assembly that defines it.</param>
/// <param name="Namespace">Its namespace; empty for types that the compiler creates for a whole assembly.</param>
/// <param name="Name">Its name.</param>
internal readonly record struct TypeName(string Assembly, string Namespace, string Name)
{
    public override string ToString() => $"{Namespace}.{Name}";
}
