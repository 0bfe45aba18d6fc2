using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Valkeyrie.Tests.Architecture;

/// <summary>Determines which types an assembly's types use: as base types, in declarations and attributes, and in the bodies of methods, where they are called,
/// created, cast, named or kept in a local variable. Constants are not a use of a type, because the compiler copies their values.</summary>
internal static class CompiledAssembly
{
    /// <summary>Reads the uses.</summary>
    /// <param name="path">The assembly's file.</param>
    public static HashSet<TypeUse> Uses(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        var metadata = file.GetMetadataReader();
        var names = new TypeNames(metadata);
        var uses = new HashSet<TypeUse>();
        foreach (var handle in metadata.TypeDefinitions)
        {
            var user = names.Of(handle);
            foreach (var used in UsedBy(file, metadata, names, handle))
            {
                if (used != user && user.Namespace.Length > 0 && used.Namespace.Length > 0)
                {
                    uses.Add(new(user, used));
                }
            }
        }

        return uses;
    }

    private static HashSet<TypeName> UsedBy(PEReader file, MetadataReader metadata, TypeNames names, TypeDefinitionHandle handle)
    {
        var used = new UsedTypes(metadata, names);
        var type = metadata.GetTypeDefinition(handle);
        used.Add(type.BaseType);
        used.AddAll(type.GetInterfaceImplementations().Select(i => metadata.GetInterfaceImplementation(i).Interface));
        used.AddConstraints(type.GetGenericParameters());
        used.AddAttributes(type.GetCustomAttributes());
        foreach (var member in type.GetFields().Select(metadata.GetFieldDefinition))
        {
            used.AddSignature(member);
            used.AddAttributes(member.GetCustomAttributes());
        }

        foreach (var member in type.GetProperties().Select(metadata.GetPropertyDefinition))
        {
            used.AddAttributes(member.GetCustomAttributes());
        }

        foreach (var member in type.GetMethods().Select(metadata.GetMethodDefinition))
        {
            used.AddSignature(member);
            used.AddConstraints(member.GetGenericParameters());
            used.AddAttributes(member.GetCustomAttributes());
            if (member.RelativeVirtualAddress != 0)
            {
                AddBody(file.GetMethodBody(member.RelativeVirtualAddress), used);
            }
        }

        return used.Names;
    }

    private static void AddBody(MethodBodyBlock body, UsedTypes used)
    {
        used.Add(body.LocalSignature);
        used.AddAll(body.ExceptionRegions.Select(r => r.CatchType));
        used.AddAll(Instructions.Tokens(body.GetILReader()));
    }
}
