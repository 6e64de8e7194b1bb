using System.Buffers;
using System.Text;

namespace Raft.Chaos;

/// <summary>Commands as text, so that a dump of a log can be read, followed by a padding that is checked when it is read back.</summary>
internal sealed class RegisterCommandCodec : ICodec<RegisterCommand>
{
    private const byte End = (byte)'|';

    public void Write(RegisterCommand value, IBufferWriter<byte> output)
    {
        Encoding.UTF8.GetBytes(value.ToString(), output);
        Span<byte> rest = output.GetSpan(1 + value.Padding)[..(1 + value.Padding)];
        rest.Fill(PaddingOf(value));
        rest[0] = End;
        output.Advance(rest.Length);
    }

    public RegisterCommand Read(ReadOnlyMemory<byte> data)
    {
        int end = data.Span.IndexOf(End);
        RegisterCommand command = end < 0
            ? throw new FormatException("The command has no end.")
            : RegisterCommand.Parse(Encoding.UTF8.GetString(data.Span[..end]));
        ReadOnlySpan<byte> padding = data.Span[(end + 1)..];
        return padding.Length == command.Padding && !padding.ContainsAnyExcept(PaddingOf(command))
            ? command
            : throw new FormatException($"The padding of command '{command}' is damaged: it has {padding.Length} bytes.");
    }

    private static byte PaddingOf(RegisterCommand command) => (byte)('a' + (command.Number % 26));
}

/// <summary>Answers as text.</summary>
internal sealed class RegisterOutputCodec : ICodec<RegisterOutput>
{
    public void Write(RegisterOutput value, IBufferWriter<byte> output) => Encoding.UTF8.GetBytes(value.ToString(), output);

    public RegisterOutput Read(ReadOnlyMemory<byte> data) => RegisterOutput.Parse(Encoding.UTF8.GetString(data.Span));
}
