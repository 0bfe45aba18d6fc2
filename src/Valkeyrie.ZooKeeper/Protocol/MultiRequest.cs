using Valkeyrie.ZooKeeper.Jute;

namespace Valkeyrie.ZooKeeper.Protocol;

/// <summary>Several writes in one atomic step.</summary>
/// <param name="operations">Creations, deletions, writes of data and checks.</param>
internal sealed class MultiRequest(params IReadOnlyList<Request> operations) : Request<OperationResult[]>(OpCode.Multi, operations[0].Path)
{
    // A header.
    private const int Shortest = 9;

    private const int NoError = -1;

    public override void Write(JuteWriter writer)
    {
        foreach (var operation in operations)
        {
            WriteHeader(writer, (int)operation.Op, done: false);
            operation.Write(writer);
        }

        WriteHeader(writer, -1, done: true);
    }

    public override OperationResult[] Read(ref JuteReader reader)
    {
        if (reader.Remaining / Shortest < operations.Count)
        {
            throw new JuteException($"{operations.Count} results do not fit into the remaining {reader.Remaining} bytes.");
        }

        var results = new OperationResult[operations.Count];
        for (var i = 0; i < results.Length; i++)
        {
            results[i] = ReadResult(ref reader);
        }

        return results;
    }

    private static void WriteHeader(JuteWriter writer, int op, bool done)
    {
        writer.WriteInt(op);
        writer.WriteBool(done);
        writer.WriteInt(NoError);
    }

    private static OperationResult ReadResult(ref JuteReader reader)
    {
        var op = (OpCode)reader.ReadInt();
        if (reader.ReadBool())
        {
            throw new JuteException("The results are incomplete.");
        }

        reader.ReadInt(); // The error, which the result also contains.
        switch (op)
        {
            case OpCode.Error:
                return new((ErrorCode)reader.ReadInt(), null);
            case OpCode.Create:
                reader.ReadString(); // the path
                return new(ErrorCode.Ok, null);
            case OpCode.Create2 or OpCode.CreateTtl or OpCode.CreateContainer:
                return new(ErrorCode.Ok, CreatedNode.Read(ref reader).Stat);
            case OpCode.SetData:
                return new(ErrorCode.Ok, NodeStat.Read(ref reader));
            case OpCode.Delete or OpCode.Check:
                return new(ErrorCode.Ok, null);
            default:
                throw new JuteException($"A result has the unknown kind {(int)op}.");
        }
    }
}
