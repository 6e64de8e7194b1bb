using System.Globalization;

namespace Raft.SimulationRuns;

/// <summary>The numbers of faults in a schedule, from 1 up, as written on a command line: <c>3,17</c>, or <c>none</c>.</summary>
internal static class NumberList
{
    private const string None = "none";

    public static string Format(IEnumerable<int> numbers)
    {
        string list = string.Join(',', numbers.Select(static number => number.ToString(CultureInfo.InvariantCulture)));
        return list.Length == 0 ? None : list;
    }

    public static bool TryParse(string text, out IReadOnlyList<int> numbers)
    {
        List<int> parsed = [];
        numbers = parsed;
        if (text == None)
        {
            return true;
        }

        foreach (string part in text.Split(','))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1)
            {
                return false;
            }

            parsed.Add(number);
        }

        return true;
    }
}
