using System.Buffers.Binary;
using System.Reflection;
using System.Reflection.Emit;

namespace Raft.Testing;

/// <summary>Reads the instructions of a method that name a member, or a type of which they make a value.</summary>
internal static class ILReader
{
    private static readonly OpCode?[] OneByte = new OpCode?[256];
    private static readonly OpCode?[] TwoBytes = new OpCode?[256];

    static ILReader()
    {
        foreach (FieldInfo field in typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            OpCode code = (OpCode)field.GetValue(null)!;
            (code.Size == 1 ? OneByte : TwoBytes)[code.Value & 0xFF] = code;
        }
    }

    /// <summary>
    /// The instructions with a method or field as operand, and those that make a value of a type or call a member of it, with the token.
    /// </summary>
    public static IEnumerable<(OpCode Code, int Token)> ReadMembers(byte[] code)
    {
        int position = 0;
        while (position < code.Length)
        {
            OpCode? found = code[position] == 0xFE ? TwoBytes[code[position + 1]] : OneByte[code[position]];
            if (found is not { } instruction)
            {
                yield break;
            }

            position += instruction.Size;
            if (instruction.OperandType is OperandType.InlineMethod or OperandType.InlineField
                || instruction == OpCodes.Box || instruction == OpCodes.Initobj || instruction == OpCodes.Constrained)
            {
                yield return (instruction, BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(position)));
            }

            position += SizeOf(instruction.OperandType, code, position);
        }
    }

    private static int SizeOf(OperandType type, byte[] code, int position) => type switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BinaryPrimitives.ReadInt32LittleEndian(code.AsSpan(position))),
        _ => 4,
    };
}
