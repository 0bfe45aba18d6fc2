namespace Valkeyrie.Tests.Architecture;

/// <summary>One type uses another.</summary>
internal readonly record struct TypeUse(TypeName User, TypeName Used)
{
    public override string ToString() => $"{User} uses {Used}";
}
