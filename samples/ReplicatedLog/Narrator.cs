using Spectre.Console;

namespace ReplicatedLog;

/// <summary>
/// Speaks to the person in front of the screen. Spectre.Console leaves colours out where the output is no terminal;
/// nothing here moves the cursor, so it reads the same in a file.
/// </summary>
internal static class Narrator
{
    public static async Task ChapterAsync(int number, string title)
    {
        // Time to read, where somebody may be reading. No step of the story depends on it.
        if (number > 1 && AnsiConsole.Profile.Out.IsTerminal)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(800));
        }

        AnsiConsole.WriteLine();
        AnsiConsole.Write(new Rule($"[bold]{number}. {Markup.Escape(title)}[/]").LeftJustified());
    }

    public static void Say(FormattableString text) => AnsiConsole.MarkupLineInterpolated(text);

    public static void Why(FormattableString text) => AnsiConsole.MarkupLineInterpolated($"[dim]{text.ToString(null)}[/]");

    public static void Say(Acknowledgement acknowledged) => Say(
        $"  [green]acknowledged[/] by {acknowledged.Leader}: '{acknowledged.Text}' at index {acknowledged.Index} of term {acknowledged.Term}, string number {acknowledged.Position}");
}
