namespace Valkeyrie.Tests.Architecture;

/// <summary>A type of a compiled assembly; one that is nested counts as the type that it stands in.</summary>
/// <param name="Assembly">The assembly that defines it.</param>
/// <param name="Namespace">Its namespace; empty for what the compiler makes for a whole assembly.</param>
/// <param name="Name">Its name.</param>
internal readonly record struct TypeName(string Assembly, string Namespace, string Name)
{
    public override string ToString() => $"{Namespace}.{Name}";
}
