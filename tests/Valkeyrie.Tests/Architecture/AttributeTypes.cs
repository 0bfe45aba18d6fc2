using System.Reflection.Metadata;

namespace Valkeyrie.Tests.Architecture;

/// <summary>Reads the types that an attribute has as arguments, as in <c>[OutputType(typeof(X))]</c>.</summary>
internal sealed class AttributeTypes : ICustomAttributeTypeProvider<string>
{
    private const string Type = "System.Type";
    private static readonly AttributeTypes Instance = new();

    /// <summary>Their names as in the metadata, without the assembly.</summary>
    public static IEnumerable<string> NamedIn(CustomAttribute attribute)
    {
        var value = attribute.DecodeValue(Instance);
        return value.FixedArguments.Select(a => a.Value).Concat(value.NamedArguments.Select(a => a.Value)).SelectMany(NamedIn).Select(n => n.Split(',')[0]);
    }

    // The value of a type is its name. So is that of a string, and searching for it does no harm.
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

    // Enumerations in attributes have the usual size.
    public PrimitiveTypeCode GetUnderlyingEnumType(string type) => PrimitiveTypeCode.Int32;

    public bool IsSystemType(string type) => type == Type;
}
