using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Reads the access list of a node.</summary>
/// <param name="path">The node.</param>
internal sealed class GetAclRequest(string path) : Request<IReadOnlyList<AccessEntry>>(OpCode.GetAcl, path)
{
    public override bool IsRepeatable => true;

    public override void Write(JuteWriter writer) => writer.WriteString(Path);

    public override IReadOnlyList<AccessEntry> Read(ref JuteReader reader) => AccessEntry.Read(ref reader);
}
