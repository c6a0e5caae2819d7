"""Page types."""

from cms.models.campaign import CampaignPage
from cms.models.campaign_index import CampaignIndexPage
from cms.models.home import HomePage
from cms.models.knowledge import KnowledgeIndexPage, KnowledgePage
from cms.models.news import NewsIndexPage, NewsPage
from cms.models.standard import StandardPage

__all__ = [
    "CampaignIndexPage",
    "CampaignPage",
    "HomePage",
    "KnowledgeIndexPage",
    "KnowledgePage",
    "NewsIndexPage",
    "NewsPage",
    "StandardPage",
]
