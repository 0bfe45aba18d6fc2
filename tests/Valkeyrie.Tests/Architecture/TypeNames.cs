using System.Reflection.Metadata;

namespace Valkeyrie.Tests.Architecture;

/// <summary>The names of the types that an assembly's metadata define and refer to.</summary>
internal sealed class TypeNames(MetadataReader metadata)
{
    private readonly string _assembly = metadata.GetString(metadata.GetAssemblyDefinition().Name);
    private Dictionary<string, TypeName>? _byName;

    /// <summary>Gets the assembly's own type of a name; null if it has none.</summary>
    /// <param name="name">The full name; for a nested type in the form of reflection, with a plus sign.</param>
    public TypeName? Find(string name)
    {
        _byName ??= metadata.TypeDefinitions.Select(Of).Distinct().ToDictionary(t => $"{t}");
        return _byName.TryGetValue(name.Split('+')[0], out var type) ? type : null;
    }

    public TypeName Of(TypeDefinitionHandle handle)
    {
        var type = metadata.GetTypeDefinition(handle);
        return type.GetDeclaringType() is { IsNil: false } outer ? Of(outer) : new(_assembly, metadata.GetString(type.Namespace), metadata.GetString(type.Name));
    }

    public TypeName Of(TypeReferenceHandle handle)
    {
        var type = metadata.GetTypeReference(handle);
        return type.ResolutionScope.Kind switch
        {
            HandleKind.TypeReference => Of((TypeReferenceHandle)type.ResolutionScope),
            HandleKind.AssemblyReference => new(
                metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)type.ResolutionScope).Name),
                metadata.GetString(type.Namespace),
                metadata.GetString(type.Name)),
            _ => new(_assembly, metadata.GetString(type.Namespace), metadata.GetString(type.Name)),
        };
    }
}
