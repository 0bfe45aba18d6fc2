using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Valkeyrie.Tests.Architecture;

/// <summary>Reads the instructions of a method (ECMA-335, partition III).</summary>
internal static class Instructions
{
    private const byte TwoByteOpCode = 0xFE;

    private static readonly Dictionary<int, OperandType> Operands = typeof(OpCodes).GetFields()
        .Select(f => f.GetValue(null)).OfType<OpCode>().ToDictionary(c => (int)(ushort)c.Value, c => c.OperandType);

    /// <summary>The tokens in the instructions: types, members and signatures.</summary>
    public static IEnumerable<EntityHandle> Tokens(BlobReader body)
    {
        var tokens = new List<EntityHandle>();
        while (body.RemainingBytes > 0)
        {
            int code = body.ReadByte();
            var operand = Operands[code == TwoByteOpCode ? (code << 8) | body.ReadByte() : code];
            switch (operand)
            {
                case OperandType.InlineTok or OperandType.InlineType or OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineSig:
                    tokens.Add(MetadataTokens.EntityHandle(body.ReadInt32()));
                    break;
                case OperandType.InlineSwitch:
                    var branches = body.ReadInt32();
                    body.Offset += branches * sizeof(int);
                    break;
                default:
                    body.Offset += Size(operand);
                    break;
            }
        }

        return tokens;
    }

    private static int Size(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };
}
