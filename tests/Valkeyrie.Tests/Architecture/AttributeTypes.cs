using System.Reflection.Metadata;

namespace Valkeyrie.Tests.Architecture;

/// <summary>The types that an attribute names as arguments, as in <c>[OutputType(typeof(X))]</c>.</summary>
internal sealed class AttributeTypes : ICustomAttributeTypeProvider<string>
{
    private const string Type = "System.Type";
    private static readonly AttributeTypes Instance = new();

    /// <summary>Their names, as they stand in the metadata, without the assembly.</summary>
    public static IEnumerable<string> NamedIn(CustomAttribute attribute)
    {
        var value = attribute.DecodeValue(Instance);
        return value.FixedArguments.Select(a => a.Value).Concat(value.NamedArguments.Select(a => a.Value)).SelectMany(NamedIn).Select(n => n.Split(',')[0]);
    }

    // A type's value is its name; a string's is one, too, and it is no harm to look for it.
    private static IEnumerable<string> NamedIn(object? value) => value switch
    {
        string name => [name],
        IEnumerable<CustomAttributeTypedArgument<string>> several => several.SelectMany(a => NamedIn(a.Value)),
        _ => [],
    };

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => typeCode.ToString();

    public string GetSystemType() => Type;

    public string GetSZArrayType(string elementType) => elementType + "[]";

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => new TypeNames(reader).Of(handle).ToString();

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => new TypeNames(reader).Of(handle).ToString();

    public string GetTypeFromSerializedName(string name) => name;

    // Enumerations in attributes are of the usual size.
    public PrimitiveTypeCode GetUnderlyingEnumType(string type) => PrimitiveTypeCode.Int32;

    public bool IsSystemType(string type) => type == Type;
}
