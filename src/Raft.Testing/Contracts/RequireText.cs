using System.Globalization;
using System.Runtime.CompilerServices;

namespace Raft.Testing;

/// <summary>What was seen instead of what was demanded; put together only if the demand is not met, since most are.</summary>
[InterpolatedStringHandler]
internal ref struct RequireText
{
    private DefaultInterpolatedStringHandler _text;

    public RequireText(int literalLength, int formattedCount, bool holds, out bool isNeeded)
    {
        isNeeded = !holds;
        _text = isNeeded ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture) : default;
    }

    public void AppendLiteral(string text) => _text.AppendLiteral(text);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public override string ToString() => _text.ToStringAndClear();
}
