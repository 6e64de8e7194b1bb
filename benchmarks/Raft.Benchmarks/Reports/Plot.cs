using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace Raft.Benchmarks.Reports;

/// <summary>A chart that is written as SVG, which takes no native code and which a browser shows.</summary>
internal sealed class Plot
{
    private const int Width = 900;
    private const int Height = 520;

    private const string Font = "sans-serif";
    private const double TitleDistance = 24; // leaves room for the longest number next to the axis
    private const double LegendPadding = 24; // a browser's font may be wider than the one that was measured

    private static readonly OxyColor[] Colors =
    [
        OxyColor.FromRgb(0, 114, 178), OxyColor.FromRgb(213, 94, 0), OxyColor.FromRgb(0, 158, 115), OxyColor.FromRgb(90, 90, 90),
    ]; // colours that colour-blind readers can distinguish

    private readonly PlotModel _model;
    private int _lines;

    public Plot(string title, Axis horizontal, Axis vertical)
    {
        _model = new PlotModel { Title = title, Background = OxyColors.White, DefaultFont = Font };
        horizontal.Position = AxisPosition.Bottom;
        vertical.Position = AxisPosition.Left;
        vertical.MajorGridlineStyle = LineStyle.Dot;
        vertical.AxisTitleDistance = TitleDistance;
        _model.Axes.Add(horizontal);
        _model.Axes.Add(vertical);
        _model.Legends.Add(new Legend
        {
            LegendPosition = LegendPosition.RightTop,
            LegendPlacement = LegendPlacement.Outside,
            LegendLineSpacing = 6,
            LegendPadding = LegendPadding,
        });
    }

    /// <summary>An axis where equal steps are equal factors.</summary>
    public static Axis Logarithmic(string title) => new LogarithmicAxis { Title = title, Base = 10, StringFormat = "#,0.###" };

    /// <summary>An axis that begins at zero.</summary>
    public static Axis FromZero(string title) =>
        new LinearAxis { Title = title, Minimum = 0, MaximumPadding = 0.1, StringFormat = "#,0.##" };

    /// <summary>Adds a line through points.</summary>
    /// <param name="name">What the legend calls it.</param>
    /// <param name="points">Its points, from left to right.</param>
    /// <param name="isDashed">Whether it belongs to the line before, and so has its color.</param>
    /// <param name="hasMarkers">Whether each point is marked.</param>
    public void AddLine(string name, IEnumerable<(double X, double Y)> points, bool isDashed = false, bool hasMarkers = true)
    {
        _lines += isDashed && _lines > 0 ? 0 : 1;
        LineSeries line = new()
        {
            Title = name,
            Color = Colors[(_lines - 1) % Colors.Length],
            MarkerType = hasMarkers ? MarkerType.Circle : MarkerType.None,
            LineStyle = isDashed ? LineStyle.Dash : LineStyle.Solid,
        };
        line.Points.AddRange(points.Select(static point => new DataPoint(point.X, point.Y)));
        _model.Series.Add(line);
    }

    /// <summary>Adds bars side by side.</summary>
    public void AddBars(string name, IEnumerable<(double From, double To, double Height)> bars)
    {
        RectangleBarSeries series = new() { Title = name, FillColor = OxyColors.LightGray };
        foreach ((double from, double to, double height) in bars)
        {
            series.Items.Add(new RectangleBarItem(from, 0, to, height));
        }

        _model.Series.Add(series);
    }

    public void Write(string path)
    {
        using FileStream file = File.Create(path);
        new SvgExporter { Width = Width, Height = Height }.Export(_model, file);
    }
}
