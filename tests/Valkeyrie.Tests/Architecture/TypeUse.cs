namespace Valkeyrie.Tests.Architecture;

/// <summary>The use of one type by another.</summary>
internal readonly record struct TypeUse(TypeName User, TypeName Used)
{
    public override string ToString() => $"{User} uses {Used}";
}
