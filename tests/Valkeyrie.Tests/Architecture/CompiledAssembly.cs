using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Valkeyrie.Tests.Architecture;

/// <summary>Which types an assembly's types use: in what they derive from, declare and attribute, and in all that the bodies of their methods call, create, cast,
/// name or keep in a local. Constants are no use of a type: the compiler copies their values.</summary>
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
