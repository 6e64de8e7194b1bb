using System.Globalization;

namespace Raft.Transport.Tcp;

/// <summary>
/// Texts of other processes, for logs and statuses: short, and without characters that would end a line or change how it is displayed.
/// </summary>
internal static class SafeText
{
    private const char Replacement = '\uFFFD';

    /// <summary>Returns the text, cut to a length, with each such character replaced.</summary>
    public static string Of(string text, int maximumLength)
    {
        bool isLong = text.Length > maximumLength;
        if (!isLong && !text.Any(IsUnsafe))
        {
            return text;
        }

        int length = isLong ? maximumLength : text.Length;
        return string.Create(length, text, static (characters, source) =>
        {
            for (int i = 0; i < characters.Length; i++)
            {
                characters[i] = IsUnsafe(source[i]) ? Replacement : source[i];
            }
        });
    }

    /// <summary>Control characters, line separators, and marks such as those that reverse the direction of text.</summary>
    private static bool IsUnsafe(char character) => char.GetUnicodeCategory(character)
        is UnicodeCategory.Control or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Format;
}
