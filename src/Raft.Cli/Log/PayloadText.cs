using System.Buffers;
using System.Globalization;
using System.Text;

namespace Raft.Cli.Log;

/// <summary>Shows a payload in one line of text, so that different payloads never look the same.</summary>
internal static class PayloadText
{
    /// <summary>
    /// Decodes UTF-8. A backslash becomes <c>\\</c>, a control character or a line break such as <c>\t</c> or <c>\u{1b}</c>, and a byte
    /// that is not UTF-8 such as <c>\xff</c>.
    /// </summary>
    public static string Escape(ReadOnlySpan<byte> payload)
    {
        StringBuilder text = new(payload.Length);
        while (!payload.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(payload, out Rune rune, out int length);
            if (status != OperationStatus.Done)
            {
                foreach (byte value in payload[..length])
                {
                    text.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}");
                }
            }
            else
            {
                Append(text, rune);
            }

            payload = payload[length..];
        }

        return text.ToString();
    }

    private static void Append(StringBuilder text, Rune rune)
    {
        switch (rune.Value)
        {
            case '\\':
                text.Append(@"\\");
                break;
            case '\n':
                text.Append(@"\n");
                break;
            case '\r':
                text.Append(@"\r");
                break;
            case '\t':
                text.Append(@"\t");
                break;
            default:
                if (IsPrintable(rune))
                {
                    text.Append(rune);
                }
                else
                {
                    text.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
                }

                break;
        }
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.OtherNotAssigned);
}
