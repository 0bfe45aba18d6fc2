using System.Collections.Immutable;
using System.Reflection.Metadata;

namespace Valkeyrie.Tests.Architecture;

/// <summary>Collects the types in metadata, at any depth of a signature.</summary>
internal sealed class UsedTypes(MetadataReader metadata, TypeNames names) : ISignatureTypeProvider<int, object?>
{
    /// <summary>The collected types.</summary>
    public HashSet<TypeName> Names { get; } = [];

    public void AddAll(IEnumerable<EntityHandle> handles)
    {
        foreach (var handle in handles)
        {
            Add(handle);
        }
    }

    /// <summary>Adds the types of a token: a type, the type of a member and all types in its signature, the locals of a method.</summary>
    public void Add(EntityHandle handle)
    {
        if (handle.IsNil)
        {
            return;
        }

        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                Names.Add(names.Of((TypeDefinitionHandle)handle));
                break;
            case HandleKind.TypeReference:
                Names.Add(names.Of((TypeReferenceHandle)handle));
                break;
            case HandleKind.TypeSpecification:
                metadata.GetTypeSpecification((TypeSpecificationHandle)handle).DecodeSignature(this, null);
                break;
            case HandleKind.FieldDefinition:
                Add(metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MethodDefinition:
                Add(metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MemberReference:
                AddMember(metadata.GetMemberReference((MemberReferenceHandle)handle));
                break;
            case HandleKind.MethodSpecification:
                var method = metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                method.DecodeSignature(this, null);
                Add(method.Method);
                break;
            case HandleKind.StandaloneSignature:
                AddSignature(metadata.GetStandaloneSignature((StandaloneSignatureHandle)handle));
                break;
            default:
                throw new NotSupportedException($"A token of the kind {handle.Kind}.");
        }
    }

    public void AddSignature(FieldDefinition field) => field.DecodeSignature(this, null);

    public void AddSignature(MethodDefinition method) => method.DecodeSignature(this, null);

    public void AddConstraints(GenericParameterHandleCollection parameters) => AddAll(parameters
        .SelectMany(p => metadata.GetGenericParameter(p).GetConstraints())
        .Select(c => metadata.GetGenericParameterConstraint(c).Type));

    public void AddAttributes(CustomAttributeHandleCollection attributes)
    {
        foreach (var attribute in attributes.Select(metadata.GetCustomAttribute))
        {
            Add(attribute.Constructor);
            Names.UnionWith(AttributeTypes.NamedIn(attribute).Select(names.Find).OfType<TypeName>());
        }
    }

    private void AddMember(MemberReference member)
    {
        Add(member.Parent);
        if (member.GetKind() == MemberReferenceKind.Field)
        {
            member.DecodeFieldSignature(this, null);
        }
        else
        {
            member.DecodeMethodSignature(this, null);
        }
    }

    private void AddSignature(StandaloneSignature signature)
    {
        if (signature.GetKind() == StandaloneSignatureKind.LocalVariables)
        {
            signature.DecodeLocalSignature(this, null);
        }
        else
        {
            signature.DecodeMethodSignature(this, null);
        }
    }

    int ISimpleTypeProvider<int>.GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => Named(handle);

    int ISimpleTypeProvider<int>.GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Named(handle);

    int ISignatureTypeProvider<int, object?>.GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        Named(handle);

    private int Named(EntityHandle handle)
    {
        Add(handle);
        return 0;
    }

    // The parts of a type are decoded before it: nothing is left to do for the whole.
    int ISimpleTypeProvider<int>.GetPrimitiveType(PrimitiveTypeCode typeCode) => 0;

    int IConstructedTypeProvider<int>.GetArrayType(int elementType, ArrayShape shape) => 0;

    int IConstructedTypeProvider<int>.GetByReferenceType(int elementType) => 0;

    int IConstructedTypeProvider<int>.GetGenericInstantiation(int genericType, ImmutableArray<int> typeArguments) => 0;

    int IConstructedTypeProvider<int>.GetPointerType(int elementType) => 0;

    int ISZArrayTypeProvider<int>.GetSZArrayType(int elementType) => 0;

    int ISignatureTypeProvider<int, object?>.GetFunctionPointerType(MethodSignature<int> signature) => 0;

    int ISignatureTypeProvider<int, object?>.GetGenericMethodParameter(object? genericContext, int index) => 0;

    int ISignatureTypeProvider<int, object?>.GetGenericTypeParameter(object? genericContext, int index) => 0;

    int ISignatureTypeProvider<int, object?>.GetModifiedType(int modifier, int unmodifiedType, bool isRequired) => 0;

    int ISignatureTypeProvider<int, object?>.GetPinnedType(int elementType) => 0;
}
